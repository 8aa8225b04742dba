// Lines: the file that a validator reads, a record a line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace samples::validation {

// What all versions are given: FILE [SHOWN]. Ends the program with status 2 and a line of usage.
struct Arguments {
  Arguments(int argc, char** argv);

  const char* file;
  std::uint64_t shown = 10;  // errors to print
};

// Purpose: one line after the other, in one buffer, which grows with the longest.
class Lines {
 public:
  // `padding`: bytes after each line that may be read, though they mean nothing. Ends the program
  // with status 1 if the file cannot be opened.
  explicit Lines(const char* file, std::size_t padding = 0);

  // Whether there is another line; it replaces the one before.
  bool next();
  const std::string& line() const { return line_; }
  std::size_t longest() const { return longest_; }
  // What the buffer takes at most: it doubles, while the one before is still there.
  std::size_t most_bytes() const { return 3 * (longest_ + padding_ + 1); }

  // Says on stderr that the line is broken; `byte`: where, from 1, or 0 if that is not known.
  // Returns main's status.
  int broken(std::size_t byte, std::string_view reason) const;

 private:
  const char* file_;
  std::size_t padding_;
  std::ifstream in_;
  std::string line_;
  std::uint64_t number_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace samples::validation
