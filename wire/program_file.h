// Looks at a program's file before it is executed: what the kernel and the loader will make of
// it, and whether the shim can be loaded into it. The one inspection of `heaptally record` and
// of the shim's exec hooks: no allocation, no errno, a kilobyte of stack.
#pragma once

#include <fcntl.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "wire/elf_file.h"
#include "wire/privileges.h"
#include "wire/recordability.h"

namespace heaptally::wire {

struct ProgramFile {
  Recordability result = Recordability::kYes;
  int problem = 0;       // errno, if a file could not be opened or read
  bool is_text = false;  // the kernel would not execute it; execvp has the shell run it
  // Of the last file: for a script that is its interpreter.
  bool is_script = false;
  bool is_32_bit = false;
  std::uint16_t machine = 0;  // EM_*
  std::uint32_t owner = 0;
  std::uint32_t group = 0;
  Privileges privileges;
  char interpreter[256] = {};  // of a script
  char loader[256] = {};
};

// A file that is open for reading while this lives.
class OpenFile {
 public:
  OpenFile(SystemCall call, int folder, const char* path) : call_(call) {
    // Neither waits for the other end of a FIFO nor takes a terminal.
    constexpr long kFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    fd_ = call(SYS_openat, folder, reinterpret_cast<long>(path), kFlags, 0);
  }
  ~OpenFile() {
    if (fd_ >= 0) call_(SYS_close, fd_, 0, 0, 0);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int problem() const { return fd_ < 0 ? static_cast<int>(-fd_) : 0; }
  long fd() const { return fd_; }

  FileBytes bytes() const { return {&read, this}; }

 private:
  static long read(const void* file, void* to, std::size_t bytes, std::uint64_t offset) {
    const auto* self = static_cast<const OpenFile*>(file);
    return self->call_(SYS_pread64, self->fd_, reinterpret_cast<long>(to), static_cast<long>(bytes),
                       static_cast<long>(offset));
  }

  SystemCall call_;
  long fd_;
};

// What has the kernel fail with "no such file", and not for want of descriptors or rights.
inline bool is_missing(int problem) {
  return problem == ENOENT || problem == ENOTDIR || problem == ELOOP || problem == ENAMETOOLONG;
}

// The interpreter in a script's first line, as the kernel finds it in the first 256 bytes.
// False: there is no such line.
inline bool parse_script(const char* text, std::size_t size, char* to, std::size_t room) {
  if (size < 2 || text[0] != '#' || text[1] != '!') return false;
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  std::size_t begin = 2;
  while (begin < size && is_blank(text[begin])) ++begin;
  std::size_t end = begin;
  while (end < size && !is_blank(text[end]) && text[end] != '\n' && text[end] != '\0') ++end;
  // One that does not end is cut short.
  if (end == begin || end == size || end - begin >= room) return false;
  std::memcpy(to, text + begin, end - begin);
  to[end - begin] = '\0';
  return true;
}

// Whose malloc the executable itself brings, so that the shim's is never found.
inline Recordability allocator_of(const ElfFile& elf) {
  // AddressSanitizer ends the program if anything is loaded before it.
  if (elf.needs("libasan.so") || elf.needs("libclang_rt.asan") || elf.needs("libclang_rt.hwasan")) {
    return Recordability::kSanitizer;
  }
  if (!elf.defines("malloc")) return Recordability::kYes;
  for (const char* name :
       {"__asan_init", "__msan_init", "__tsan_init", "__lsan_init", "__hwasan_init"}) {
    if (elf.defines(name)) return Recordability::kSanitizer;
  }
  // GCC's AddressSanitizer, linked in, exports only what it puts in libc's place; longjmp is no
  // allocator's, and libc itself has a name.
  if (!elf.has_name() && elf.defines("__longjmp_chk")) return Recordability::kSanitizer;
  return Recordability::kOwnAllocator;
}

inline Recordability loader_of(SystemCall call, const ElfFile& elf, ProgramFile& found) {
  constexpr char kLoader[] = "ld-linux-x86-64.so";
  if (!elf.has_loader()) {
    // The loader itself, that is to run what its arguments name.
    if (elf.is_named(kLoader)) return Recordability::kYes;
    return elf.has_name() ? Recordability::kOtherLibc : Recordability::kStatic;
  }
  if (!elf.loader(found.loader, sizeof(found.loader))) return Recordability::kNotAProgram;
  const OpenFile file(call, AT_FDCWD, found.loader);
  if (is_missing(file.problem())) {
    found.problem = file.problem();
    return Recordability::kNoInterpreter;
  }
  const char* slash = std::strrchr(found.loader, '/');
  const char* name = slash == nullptr ? found.loader : slash + 1;
  if (std::strncmp(name, kLoader, sizeof(kLoader) - 1) == 0) return Recordability::kYes;
  ElfFile loader;
  if (file.problem() == 0 && loader.open(file.bytes()) && loader.is_named(kLoader)) {
    return Recordability::kYes;
  }
  return Recordability::kOtherLibc;
}

inline Recordability judge(SystemCall call, const OpenFile& file, const struct stat& info,
                           ProgramFile& found) {
  ElfFile elf;
  if (!elf.open(file.bytes())) {
    found.is_text = true;
    return Recordability::kYes;
  }
  found.is_32_bit = elf.is_32_bit();
  found.machine = elf.machine();
  if (found.machine == EM_NONE) return Recordability::kNotAProgram;
  if (!elf.is_for_this_machine()) return Recordability::kOtherMachine;
  if (!elf.is_program()) return Recordability::kNotAProgram;
  const Recordability by_loader = loader_of(call, elf, found);
  if (by_loader != Recordability::kYes) return by_loader;
  const Caller caller = current_caller(call);
  found.privileges = privileges_of(caller, file_rights(call, file.fd(), info, caller.user == 0));
  if (found.privileges.any()) return Recordability::kPrivileged;
  return allocator_of(elf);
}

// `path` is relative to the open folder `folder`, or AT_FDCWD. Executing the file may fail all
// the same: that it may be executed is not asked here.
inline ProgramFile inspect_program(SystemCall call, int folder, const char* path) {
  constexpr int kMaxScripts = 5;  // the kernel follows no more, either
  ProgramFile found;
  for (int scripts = 0;; ++scripts) {
    const OpenFile file(call, folder, path);
    found.problem = file.problem();
    if (found.problem != 0) {
      const bool missing = is_missing(found.problem);
      found.result = !missing          ? Recordability::kUnreadable
                     : found.is_script ? Recordability::kNoInterpreter
                                       : Recordability::kNotAProgram;
      return found;
    }
    struct stat info = {};
    char begin[256] = {};  // what lies behind the file's end is zero, for the kernel too
    if (call(SYS_fstat, file.fd(), reinterpret_cast<long>(&info), 0, 0) != 0 ||
        !S_ISREG(info.st_mode)) {
      found.result = Recordability::kNotAProgram;
      return found;
    }
    found.owner = info.st_uid;
    found.group = info.st_gid;
    const FileBytes bytes = file.bytes();
    if (bytes.read(bytes.file, begin, sizeof(begin), 0) < 0 || scripts == kMaxScripts ||
        !parse_script(begin, sizeof(begin), found.interpreter, sizeof(found.interpreter))) {
      found.result = judge(call, file, info, found);
      return found;
    }
    found.is_script = true;
    path = found.interpreter;
    folder = AT_FDCWD;
  }
}

}  // namespace heaptally::wire
