// Files that commands write: whole, or not at all.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "cli/output.h"

namespace heaptally {

// Purpose: writes beside the file under another name, which finish() makes its own: nothing
//   half-written is left, and what was there stays until then. "-" is standard output.
// Errors: Error if it exists and may not be replaced, or cannot be written.
class OutputFile {
 public:
  OutputFile(const std::string& path, bool overwrite);
  // Without finish(): leaves no trace.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  std::ostream& stream();
  void finish();

 private:
  // errno, or 0.
  int rename_over();
  int rename_beside();

  std::filesystem::path path_;
  std::filesystem::path temporary_;  // the file that is written; once it is whole, the path
  std::optional<StandardOutput> standard_;
  bool overwrite_;
  std::ofstream file_;
};

}  // namespace heaptally
