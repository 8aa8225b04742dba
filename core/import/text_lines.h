// TextLines: a text, packed or not, line by line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/import/unpacked_file.h"

namespace heaptally {

// Purpose: the lines of a text that ends each of them with a newline; what lies behind the last
//   newline is a line that was cut short, and not given.
// Memory: the longest line, which may be 16 MiB.
// Errors: Error if the file cannot be read; if it is damaged there, or a line is longer, one that
//   names the line.
class TextLines {
 public:
  explicit TextLines(const std::filesystem::path& path) : file_(path), subject_(path.string()) {}

  // Goes to the next line; false after the last.
  bool next();
  // Without its newline; valid until next().
  std::string_view line() const { return {buffer_.data() + start_, length_}; }
  std::uint64_t number() const { return number_; }  // counts from 1

  Packing packing() const { return file_.packing(); }
  // Once next() has returned false: whether the text ends as it should.
  bool is_whole() const { return !has_rest_ && file_.end() == PackedEnd::kWhole; }

 private:
  bool read_more();

  UnpackedFile file_;
  std::string subject_;
  std::string buffer_;
  std::size_t start_ = 0;   // of the line
  std::size_t length_ = 0;  // of it
  std::size_t after_ = 0;   // where the next one starts
  std::uint64_t number_ = 0;
  bool has_rest_ = false;  // after the last newline
};

}  // namespace heaptally
