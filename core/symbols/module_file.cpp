#include "core/symbols/module_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/symbols/elf_file.h"

namespace heaptally {
namespace {

struct Candidate {
  std::string open_as;
  std::string path;
};

std::vector<Candidate> candidates_of(const ModuleSource& source,
                                     const std::vector<std::string>& debug_directories) {
  std::vector<Candidate> candidates;
  if (source.pid != 0) {
    const std::string process = "/proc/" + std::to_string(source.pid);
    // The link works for deleted programs too, but a debug link is relative to the
    // program's own folder.
    if (source.is_executable) candidates.push_back({process + "/exe", source.path});
    const std::string in_root = process + "/root" + source.path;
    if (source.path.starts_with('/')) candidates.push_back({in_root, in_root});
  }
  candidates.push_back({source.path, source.path});
  for (const std::string& directory : debug_directories) {
    if (source.build_id.size() > 2) {
      const std::string link = directory + "/.build-id/" + source.build_id.substr(0, 2) + "/" +
                               source.build_id.substr(2);
      candidates.push_back({link, link});
      candidates.push_back({link + ".debug", link + ".debug"});
    }
    if (source.path.starts_with('/')) {
      candidates.push_back({directory + source.path, directory + source.path});
    }
  }
  if (!source.debug_file.empty()) candidates.push_back({source.debug_file, source.debug_file});
  return candidates;
}

std::string reason_of_errno(int error) {
  if (error == ENOENT || error == ENOTDIR || error == ESRCH) return "file not found";
  if (error == EACCES || error == EPERM) return "permission denied";
  return "cannot be opened";
}

ModuleFile failed(std::string reason) {
  ModuleFile file;
  file.reason = std::move(reason);
  return file;
}

ModuleFile open_candidate(const Candidate& candidate, const ModuleSource& source) {
  struct stat status {};
  // Asked before opening, because opening a device or a FIFO has side effects.
  if (stat(candidate.open_as.c_str(), &status) != 0) return failed(reason_of_errno(errno));
  if (!S_ISREG(status.st_mode)) return failed("not a regular file");
  OwnedFd fd(open(candidate.open_as.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd || fstat(fd.get(), &status) != 0) return failed(reason_of_errno(errno));
  if (!S_ISREG(status.st_mode)) return failed("not a regular file");

  elf_version(EV_CURRENT);
  Elf* elf = elf_begin(fd.get(), ELF_C_READ, nullptr);
  const bool suitable = elf != nullptr && is_program_or_library(elf);
  std::string build_id = suitable ? build_id_of(elf) : std::string();
  if (elf != nullptr) elf_end(elf);
  if (!suitable) return failed("not an ELF program or library");
  const bool may_differ = source.build_id.empty() || (build_id.empty() && !source.must_match);
  if (!may_differ && build_id != source.build_id) return failed("build-id differs");
  return {std::move(fd), candidate.path, std::move(build_id), "", status};
}

// A file that is there but is the wrong one says more than one that is not there.
bool says_more(const std::string& reason, const std::string& than) {
  return than.empty() || (than == "file not found" && reason != than);
}

}  // namespace

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) close(fd_);
}

int OwnedFd::release() { return std::exchange(fd_, -1); }

bool was_changed(const ModuleFile& file) {
  struct stat now {};
  const timespec then = file.status.st_mtim;
  return fstat(file.fd.get(), &now) != 0 || now.st_size != file.status.st_size ||
         now.st_mtim.tv_sec != then.tv_sec || now.st_mtim.tv_nsec != then.tv_nsec;
}

ModuleFile open_module_file(const ModuleSource& source,
                            const std::vector<std::string>& debug_directories) {
  if (source.path.starts_with("linux-vdso") || source.path == "[vdso]") return failed("vdso");
  if (source.path.empty()) return failed("file not found");
  std::string reason;
  for (const Candidate& candidate : candidates_of(source, debug_directories)) {
    ModuleFile file = open_candidate(candidate, source);
    if (file.fd) return file;
    if (says_more(file.reason, reason)) reason = std::move(file.reason);
  }
  return failed(std::move(reason));
}

}  // namespace heaptally
