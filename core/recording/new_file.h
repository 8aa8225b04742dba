// A recording that takes the place of another file once it is whole.
#pragma once

#include <filesystem>

namespace heaptally {

// Errors: Error if something is at `output` that may not be replaced.
void require_replaceable(const std::filesystem::path& output, bool overwrite);

// Purpose: a new file beside where it is to be, gone again unless it was moved there.
class NewFile {
 public:
  explicit NewFile(const std::filesystem::path& goal);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  const std::filesystem::path& path() const { return path_; }

  // Replaces what is there. Nobody has the file open. Errors: Error.
  void move_to_goal();

 private:
  std::filesystem::path goal_;
  std::filesystem::path path_;
  bool moved_ = false;
};

}  // namespace heaptally
