// Two commands recorded one after the other.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace heaptally {

// Purpose: a new folder of our own, gone with all in it at the end.
class TemporaryFolder {
 public:
  // Errors: Error if there is no place for it.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// What to record, and as what.
struct RecordedCommand {
  std::string name;  // what it is called on stderr
  std::vector<std::string> command;
  std::filesystem::path output;
};

// The files, and the status to exit with: that of the first command that failed. If one could not
// be recorded there are no files.
struct RecordedBoth {
  std::vector<std::string> files;
  int status = 0;
};

// Errors: Error if a command cannot be found, before anything is recorded.
RecordedBoth record_both(const std::vector<RecordedCommand>& commands, bool overwrite);

}  // namespace heaptally
