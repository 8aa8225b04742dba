#include "core/symbols/debug_files.h"

#include <fcntl.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "core/base/error.h"
#include "core/symbols/elf_file.h"
#include "core/symbols/module_file.h"

namespace heaptally {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDebugSuffix = ".debug";

bool has_dwarf(Elf* elf) {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return false;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type == SHT_NOBITS) continue;
    const char* name = elf_strptr(elf, names, header.sh_name);
    if (name == nullptr) continue;
    if (std::strcmp(name, ".debug_info") == 0 || std::strcmp(name, ".zdebug_info") == 0) {
      return true;
    }
  }
  return false;
}

// Most of the files of a tree are no ELF files, and are told apart by their first bytes.
OwnedFd open_elf(const std::string& path) {
  struct stat status {};
  // Asked before opening, because opening a device or a FIFO has side effects.
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  OwnedFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  char magic[SELFMAG];
  if (!fd || pread(fd.get(), magic, sizeof magic, 0) != sizeof magic ||
      std::memcmp(magic, ELFMAG, SELFMAG) != 0) {
    return {};
  }
  return fd;
}

std::string base_name(const std::string& path) { return fs::path(path).filename().string(); }

}  // namespace

DebugFiles::DebugFiles(const std::vector<std::string>& paths) {
  elf_version(EV_CURRENT);
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      throw Error("--debug " + path, "does not exist", "give a file or a folder with debug files",
                  ExitCode::kUsage);
    }
    if (!fs::is_directory(status)) {
      add(path);
      continue;
    }
    const auto options = fs::directory_options::skip_permission_denied;
    fs::recursive_directory_iterator entry(path, options, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      std::error_code ignored;
      if (entry->is_regular_file(ignored)) add(entry->path().string());
    }
  }
}

void DebugFiles::add(const std::string& path) {
  const OwnedFd fd = open_elf(path);
  if (!fd) return;
  Elf* elf = elf_begin(fd.get(), ELF_C_READ, nullptr);
  if (elf != nullptr && is_program_or_library(elf)) {
    const std::string build_id = build_id_of(elf);
    const int tells = has_dwarf(elf) ? 2 : has_section_of_type(elf, SHT_SYMTAB) ? 1 : 0;
    Found& found = build_id.empty() ? by_name_[base_name(path)] : by_build_id_[build_id];
    if (tells > found.tells) found = {path, tells};
  }
  if (elf != nullptr) elf_end(elf);
}

std::string DebugFiles::with_build_id(const std::string& build_id) const {
  const auto found = by_build_id_.find(build_id);
  return found == by_build_id_.end() ? "" : found->second.path;
}

std::string DebugFiles::with_name(const std::string& module_path) const {
  const std::string name = base_name(module_path);
  Found best;
  for (const std::string& candidate : {name, name + std::string(kDebugSuffix)}) {
    const auto found = by_name_.find(candidate);
    if (found != by_name_.end() && found->second.tells > best.tells) best = found->second;
  }
  return best.path;
}

}  // namespace heaptally
