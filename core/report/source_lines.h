// SourceLines: the lines of source files, if they can be read here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace heaptally {

// Purpose: reads source files, each once. A path comes from a recording and may name anything, so
//   only regular files of at most 16 MiB are read.
// Threads: one at a time. Errors: none; what cannot be read has empty lines.
class SourceLines {
 public:
  // Line `line` (from 1) of `file`, without white space at its ends.
  std::string_view stripped(std::string_view file, std::uint32_t line);
  // The same with the white space before it, but without the end of the line.
  std::string_view line(std::string_view file, std::uint32_t line);
  // How many lines `file` has.
  std::size_t count(std::string_view file);

 private:
  struct File {
    std::string text;
    std::vector<std::size_t> starts;  // of each line in `text`, and the end
  };
  static File read(const std::string& path);
  File& file(std::string_view path);

  std::unordered_map<std::string, File> files_;
};

}  // namespace heaptally
