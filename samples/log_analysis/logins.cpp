#include "samples/log_analysis/logins.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "samples/support/sample.h"

namespace samples {

MappedFile::MappedFile(const char* path) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat about = {};
  bool is_mapped = file >= 0 && fstat(file, &about) == 0;
  size_ = static_cast<std::size_t>(about.st_size);
  if (is_mapped && size_ > 0) {  // nothing cannot be mapped, and need not be
    void* const start = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    is_mapped = start != MAP_FAILED;
    start_ = static_cast<const char*>(start);
  }
  if (!is_mapped) {
    std::fprintf(stderr, "%s: %s\n", path, std::strerror(errno));
    std::exit(EXIT_FAILURE);
  }
  close(file);
}

MappedFile::~MappedFile() {
  if (size_ > 0) munmap(const_cast<char*>(start_), size_);
}

void Attempts::add(std::string_view user) {
  ++by_user_[user];  // counts
}

void Attempts::say() const {
  std::uint64_t all = 0, most = 0;
  for (const auto& [user, tries] : by_user_) {
    all += tries;
    most = std::max(most, tries);
  }
  samples::say("failed_logins", all);
  samples::say("users", by_user_.size());
  samples::say("most_tried", most);
  for (const auto& [user, tries] : by_user_) samples::say("tried_" + std::string(user), tries);
}

}  // namespace samples
