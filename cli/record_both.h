// Two commands recorded one after the other, once or in turn.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/report/comparison_report.h"

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
  std::filesystem::path keep;  // empty: not kept
};

// A file each, and the status to exit with: that of the first run that failed. If one could not be
// recorded there are no files.
struct RecordedBoth {
  std::vector<std::string> files;
  int status = 0;
  std::optional<RunSpread> spread;  // of more than one run
};

// Records two commands so many times in turn; of each the run of median wall time is taken. What is
// not kept is in the folder. Errors: Error if a command cannot be found, before anything is
// recorded; or if a file cannot be kept.
RecordedBoth record_both(const std::vector<RecordedCommand>& commands, std::size_t runs,
                         const TemporaryFolder& folder, bool overwrite);

}  // namespace heaptally
