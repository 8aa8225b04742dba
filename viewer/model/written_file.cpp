#include "viewer/model/written_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "core/base/error.h"

namespace heaptally::view {
namespace {

[[noreturn]] void refuse_writing(const std::filesystem::path& goal, int reason) {
  throw Error(goal.string(), std::string("cannot be written: ") + std::strerror(reason),
              "choose another place");
}

// Purpose: a file that is gone at the end, unless it was moved to its goal.
class PartFile {
 public:
  explicit PartFile(const std::filesystem::path& goal) : path_(goal.string() + ".XXXXXX") {
    const int file = mkostemp(path_.data(), O_CLOEXEC);
    if (file < 0) refuse_writing(goal, errno);
    // As the user's other files, not as mkostemp makes them.
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(file, 0666 & ~mask);
    close(file);
  }
  ~PartFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

void write_whole_file(const std::filesystem::path& goal,
                      const std::function<void(std::ostream&)>& write) {
  std::error_code problem;
  const auto status = std::filesystem::status(goal, problem);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw Error(goal.string(), "is no regular file", "choose another name");
  }
  // A link stays one: what it leads to is replaced.
  const std::filesystem::path real = std::filesystem::weakly_canonical(goal, problem);
  const std::filesystem::path target = problem ? goal : real;
  const PartFile part(target);
  std::ofstream out(part.path(), std::ios::binary | std::ios::trunc);
  if (!out) refuse_writing(goal, errno);
  errno = 0;
  write(out);
  out.close();
  if (!out) refuse_writing(goal, errno == 0 ? EIO : errno);
  if (std::rename(part.path().c_str(), target.c_str()) != 0) refuse_writing(goal, errno);
}

}  // namespace heaptally::view
