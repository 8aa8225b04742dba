// A file to be looked at where the kernel shows it.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "samples/support/sample.h"

namespace samples {

// Purpose: a file's text, which the kernel reads page by page as it is looked at.
// Owner: of the mapping. Views of the text end with it.
class MappedFile {
 public:
  // Ends the program with status 1 and a line on stderr if it cannot.
  explicit MappedFile(const char* path) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about {};
    if (file < 0 || fstat(file, &about) != 0) cannot_read(path);
    if (!S_ISREG(about.st_mode)) cannot_read(path, "not a regular file");
    size_ = static_cast<std::size_t>(about.st_size);
    if (size_ > 0) text_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);  // maps
    if (text_ == MAP_FAILED) cannot_read(path);
    close(file);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() {
    if (size_ > 0) munmap(text_, size_);
  }

  std::string_view text() const { return {static_cast<const char*>(text_), size_}; }

  // Mappings are of whole pages.
  std::uint64_t mapped_bytes() const {
    const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return (size_ + page - 1) / page * page;
  }

 private:
  void* text_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace samples
