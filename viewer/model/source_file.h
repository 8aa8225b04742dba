// SourceFile: where the source files of a recording are on this machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heaptally::view {

// A beginning of a path, and what replaces it here.
using SourcePaths = std::vector<std::pair<std::string, std::string>>;

struct FoundSource {
  std::string path;                // empty: it is nowhere
  std::vector<std::string> tried;  // in this order
};

// As source_on_disk, after what `paths` make of the file. Reads the file system.
FoundSource find_source_file(std::string_view file, const std::string& working_directory,
                             const SourcePaths& paths);

// What to replace, and by what, so that `file` is found at `path`: both without the end that they
// have in common.
std::pair<std::string, std::string> replacement_for(std::string_view file, std::string_view path);

// The words of the command that opens a line of a file: those of `editor`, or of $VISUAL or
// $EDITOR if it is empty, and what that editor takes for a line; 0: the file. An editor that needs
// a terminal is given one. Nothing if no editor is known.
std::vector<std::string> editor_command(const std::string& editor, const std::string& path,
                                        std::uint32_t line);

// Splits as a shell does, by blanks; quotes and backslashes keep them.
std::vector<std::string> words_of(std::string_view command);

// Starts a program, and does not wait for it: it lives on without this one. Errors: Error that
// names the program and why it could not be started.
void start_detached(const std::vector<std::string>& words);

}  // namespace heaptally::view
