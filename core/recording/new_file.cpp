#include "core/recording/new_file.h"

#include <unistd.h>

#include <string>
#include <system_error>

#include "core/base/error.h"

namespace heaptally {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSideFiles[] = {"-wal", "-shm", "-journal"};

}  // namespace

void require_replaceable(const fs::path& output, bool overwrite) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(output, error);
  if (!fs::exists(status)) return;
  const std::string subject = output.string();
  if (!overwrite) throw Error(subject, "exists", "give another name, or --force");
  if (!fs::is_regular_file(status)) {
    throw Error(subject, "is not a regular file, so it is not replaced", "give another name");
  }
}

NewFile::NewFile(const fs::path& goal)
    : goal_(goal), path_(goal.string() + "." + std::to_string(::getpid()) + ".new") {}

NewFile::~NewFile() {
  if (moved_) return;
  std::error_code ignored;
  fs::remove(path_, ignored);
  for (const char* suffix : kSideFiles) fs::remove(path_.string() + suffix, ignored);
}

void NewFile::move_to_goal() {
  std::error_code error;
  fs::rename(path_, goal_, error);
  if (error) {
    throw Error(goal_.string(), "cannot be made (" + error.message() + ")", "choose another place");
  }
  moved_ = true;
  // Leftovers of a file that is gone; SQLite would take them for the new one's.
  for (const char* suffix : kSideFiles) fs::remove(goal_.string() + suffix, error);
}

}  // namespace heaptally
