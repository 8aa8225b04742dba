#include "cli/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "core/base/error.h"

namespace heaptally {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int problem) {
  throw Error(path.string(), fmt::format("cannot be written: {}", std::strerror(problem)),
              "choose another place with -o");
}

[[noreturn]] void refuse(const std::filesystem::path& path) {
  throw Error(path.string(), "exists already", "replace it with --force, or choose another name");
}

}  // namespace

OutputFile::OutputFile(const std::string& path, bool overwrite)
    : path_(path), overwrite_(overwrite) {
  if (path == "-") {
    standard_.emplace();
    return;
  }
  std::error_code problem;
  // A device or a pipe is written to as it is.
  const bool is_special =
      std::filesystem::exists(path_, problem) && !std::filesystem::is_regular_file(path_, problem);
  if (is_special) {
    if (std::filesystem::is_directory(path_, problem)) fail(path_, EISDIR);
    temporary_ = path_;
  } else {
    if (!overwrite && std::filesystem::exists(path_, problem)) refuse(path_);
    std::string name = path + ".XXXXXX";
    const int descriptor = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) fail(path_, errno);
    // As the user's other files, not as mkostemp makes them.
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(descriptor, 0666 & ~mask);
    close(descriptor);
    temporary_ = name;
  }
  file_.open(temporary_, std::ios::binary | std::ios::trunc);
  if (!file_) {
    const int reason = errno;
    if (temporary_ != path_) std::filesystem::remove(temporary_, problem);
    fail(path_, reason);
  }
}

OutputFile::~OutputFile() {
  if (temporary_.empty() || temporary_ == path_) return;
  std::error_code problem;
  std::filesystem::remove(temporary_, problem);
}

std::ostream& OutputFile::stream() {
  if (standard_) return standard_->stream();
  return file_;
}

void OutputFile::finish() {
  if (standard_) return standard_->finish();
  // Of a write that failed already errno tells why.
  if (file_) errno = 0;
  file_.close();
  if (!file_) fail(path_, errno == 0 ? EIO : errno);
  if (temporary_ == path_) return;
  // Two may write to one name at the same time: without --force the second must not win.
  const int problem = overwrite_ ? rename_over() : rename_beside();
  if (problem == EEXIST) refuse(path_);
  if (problem != 0) fail(path_, problem);
  temporary_ = path_;
}

int OutputFile::rename_over() {
  return std::rename(temporary_.c_str(), path_.c_str()) == 0 ? 0 : errno;
}

int OutputFile::rename_beside() {
  const int here = AT_FDCWD;
  if (renameat2(here, temporary_.c_str(), here, path_.c_str(), RENAME_NOREPLACE) == 0) return 0;
  // Not every file system can.
  if (errno != EINVAL) return errno;
  if (link(temporary_.c_str(), path_.c_str()) != 0) return errno;
  unlink(temporary_.c_str());
  return 0;
}

}  // namespace heaptally
