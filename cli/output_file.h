// Files that commands write: whole, or not at all.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

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
  std::filesystem::path path_;
  std::filesystem::path temporary_;  // empty: standard output
  bool overwrite_;
  std::ofstream file_;
};

}  // namespace heaptally
