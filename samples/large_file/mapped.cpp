// Looks at a file's lines where the kernel shows them: a mapping, and views into it. Nothing is
// copied.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

#include "samples/large_file/summary.h"
#include "samples/support/generator.h"

namespace {

using samples::Summary;
using Lines = samples::Generator<std::string_view>;

// Purpose: a file's text, which the kernel reads page by page as it is looked at.
// Owner: of the mapping. Views of the text end with it.
class MappedFile {
 public:
  explicit MappedFile(const char* path) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about {};
    if (file < 0 || fstat(file, &about) != 0) samples::cannot_read(path);
    if (!S_ISREG(about.st_mode)) samples::cannot_read(path, "not a regular file");
    size_ = static_cast<std::size_t>(about.st_size);
    if (size_ > 0) text_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);  // maps
    if (text_ == MAP_FAILED) samples::cannot_read(path);
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

Lines lines_of(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    co_yield text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
  }
}

Summary summary_of(std::string_view text) {
  Summary summary;
  for (const std::string_view line : lines_of(text)) summary.add(line);
  return summary;
}

}  // namespace

int main(int argc, char** argv) {
  const MappedFile file(samples::file_argument(argc, argv));
  const Summary summary = summary_of(file.text());
  say(summary);
  samples::say(Lines::frames);
  samples::say("mapped_bytes", file.mapped_bytes());
  return samples::finished();
}
