// Finding and opening the file of a module.
#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

#include "core/symbols/symbolizer.h"

namespace heaptally {

// Owns a file descriptor.
class OwnedFd {
 public:
  OwnedFd() = default;
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.release()) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  ~OwnedFd();

  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int release();

 private:
  int fd_ = -1;
};

// An open file that passed all checks, or the reason why there is none.
struct ModuleFile {
  OwnedFd fd;
  std::string path;  // under which its separate debug file is looked for
  std::string build_id;
  std::string reason;     // why there is none; empty if fd is open
  struct stat status {};  // when it was opened
};

// True if the open file's content was written to, or cut off, since it was opened.
bool was_changed(const ModuleFile& file);

// Tries, in this order: the process's own view of the file, the plain path, and the
// debug directories, as trees of .build-id links and as copies of a root directory.
ModuleFile open_module_file(const ModuleSource& source,
                            const std::vector<std::string>& debug_directories);

}  // namespace heaptally
