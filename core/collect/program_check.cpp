#include "core/collect/program_check.h"

#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "core/base/error.h"
#include "wire/program_file.h"

namespace heaptally {
namespace {

using wire::ProgramFile;
using wire::Recordability;

long system_call(long number, long a, long b, long c, long d) {
  const long result = syscall(number, a, b, c, d, 0L, 0L);
  return result < 0 ? -errno : result;
}

// A file mapped to be read while this lives; empty if that cannot be.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    struct stat info;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
      size_ = static_cast<std::size_t>(info.st_size);
      void* memory = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
      if (memory != MAP_FAILED) data_ = static_cast<char*>(memory);
    }
    close(fd);
  }
  ~MappedFile() {
    if (data_ != nullptr) munmap(data_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  bool contains(char first, std::string_view rest) const {
    if (data_ == nullptr) return false;
    const std::string_view all(data_, size_);
    for (std::size_t at = all.find(rest, 1); at != all.npos; at = all.find(rest, at + 1)) {
      if (all[at - 1] == first) return true;
    }
    return false;
  }
  Elf* elf() const { return data_ == nullptr ? nullptr : elf_memory(data_, size_); }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

// What each allocator writes into its messages: it stays when symbols are stripped. In two
// parts, so that heaptally itself, which holds these, is not taken for one.
struct Mark {
  char first;
  std::string_view rest;
  std::string_view allocator;
};
constexpr Mark kSanitizers[] = {
    {'H', "WAddressSanitizer", "-fsanitize=hwaddress"},
    {'A', "ddressSanitizer", "-fsanitize=address"},
    {'M', "emorySanitizer", "-fsanitize=memory"},
    {'T', "hreadSanitizer", "-fsanitize=thread"},
    {'L', "eakSanitizer", "-fsanitize=leak"},
};
constexpr Mark kAllocators[] = {
    {'<', "jemalloc>", "jemalloc"},
    {'m', "imalloc: ", "mimalloc"},
    {'t', "cmalloc.cc", "tcmalloc"},
};

template <std::size_t kCount>
std::string_view find_mark(const MappedFile& file, const Mark (&marks)[kCount]) {
  for (const Mark& mark : marks) {
    if (file.contains(mark.first, mark.rest)) return mark.allocator;
  }
  return {};
}

// Whether the file defines a function `malloc` that is not seen outside it.
bool hides_malloc(Elf* elf) {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_SYMTAB) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr || header.sh_entsize == 0) continue;
    const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
    for (int i = 0; i < count; ++i) {
      GElf_Sym symbol;
      if (gelf_getsym(data, i, &symbol) == nullptr) break;
      if (symbol.st_shndx == SHN_UNDEF || GELF_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
      const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
      if (name != nullptr && std::strcmp(name, "malloc") == 0) return true;
    }
  }
  return false;
}

std::string machine_name(std::uint16_t machine) {
  switch (machine) {
    case EM_386:
      return "x86";
    case EM_AARCH64:
      return "aarch64";
    case EM_ARM:
      return "arm";
    case EM_RISCV:
      return "riscv";
    case EM_PPC64:
      return "ppc64";
    case EM_S390:
      return "s390x";
    default:
      return fmt::format("ELF machine {}", machine);
  }
}

struct Refusal {
  std::string problem;
  std::string remedy;
};

Refusal of_machine(const ProgramFile& file) {
  if (file.machine == EM_386 || file.machine == EM_X86_64) {
    return {"is a 32-bit program, and heaptally records 64-bit ones",
            "build it for x86-64 (without -m32 or -mx32)"};
  }
  return {fmt::format("is built for another processor ({})", machine_name(file.machine)),
          "build it for x86-64, or record it on a machine of its own kind"};
}

Refusal of_privileges(const std::string& path, const ProgramFile& file) {
  const wire::Privileges& privileges = file.privileges;
  constexpr const char* kNoPreload = "for which the loader preloads nothing";
  const std::string copy = fmt::format("record a copy, which is not (cp {} ./copy)", path);
  if (privileges.set_user) {
    return {fmt::format("is set-user-ID, {}", kNoPreload),
            file.owner == 0 ? "record it as root, or " + copy : copy};
  }
  if (privileges.set_group) return {fmt::format("is set-group-ID, {}", kNoPreload), copy};
  if (privileges.capabilities) {
    return {fmt::format("has file capabilities, {}", kNoPreload),
            fmt::format("record it as root, or a copy, which has none (cp {} ./copy)", path)};
  }
  return {"would run with other effective than real ids, and the loader then preloads nothing",
          "run heaptally as one user and group"};
}

Refusal of_allocator(const std::string& path) {
  const MappedFile file(path);
  const std::string_view name = find_mark(file, kAllocators);
  if (name.empty()) {
    return {"defines a malloc of its own, which is found before heaptally's hooks",
            "build it without, or with its malloc in a shared library"};
  }
  return {fmt::format("has {} linked in, whose malloc is found before heaptally's hooks", name),
          fmt::format("link {} as a shared library, or build without it", name)};
}

Refusal of_sanitizer(const std::string& path) {
  const MappedFile file(path);
  std::string_view option = find_mark(file, kSanitizers);
  // The messages of one that is a library of its own are in that.
  if (option.empty()) option = "-fsanitize=address";
  return {"is built with a sanitizer, whose allocator takes the place of heaptally's hooks",
          fmt::format("build it without {}", option)};
}

Refusal of_missing(const ProgramFile& file) {
  if (file.loader[0] == '\0') {
    return {fmt::format("cannot be executed: its interpreter {} is missing", file.interpreter),
            "install that, or correct the script's first line"};
  }
  return {fmt::format("cannot be executed: its loader {} is missing", file.loader),
          "install the C library that it is built for"};
}

std::optional<Refusal> refusal_of(const std::string& path, const ProgramFile& file) {
  switch (file.result) {
    case Recordability::kYes:
    // It may be executed without being read; then the recording will not name its functions.
    case Recordability::kUnreadable:
    // Concern children only.
    case Recordability::kNoSession:
    case Recordability::kNoShim:
    case Recordability::kFiltered:
      return std::nullopt;
    case Recordability::kStatic:
      return Refusal{"is linked statically, so heaptally's hooks cannot be loaded into it",
                     "link it dynamically (without -static)"};
    case Recordability::kPrivileged:
      return of_privileges(path, file);
    case Recordability::kOtherMachine:
      return of_machine(file);
    case Recordability::kOtherLibc:
      return Refusal{
          fmt::format(
              "needs another C library than glibc{}",
              file.loader[0] == '\0' ? "" : fmt::format(" (its loader is {})", file.loader)),
          "build it for glibc (not with musl-gcc, for instance)"};
    case Recordability::kOwnAllocator:
      return of_allocator(path);
    case Recordability::kSanitizer:
      return of_sanitizer(path);
    case Recordability::kNoInterpreter:
      return of_missing(file);
    case Recordability::kNotAProgram:
      return Refusal{"is not a program that Linux can execute",
                     "check that the file is whole, and a program for this machine"};
  }
  return std::nullopt;
}

}  // namespace

void check_program(const std::string& path) {
  const ProgramFile file = wire::inspect_program(&system_call, AT_FDCWD, path.c_str());
  // The interpreter's own faults are those of the file that it is.
  const std::string judged = file.is_script ? file.interpreter : path;
  const std::optional<Refusal> refusal = refusal_of(judged, file);
  if (!refusal.has_value()) return;
  const bool of_interpreter =
      file.is_script && (file.result != Recordability::kNoInterpreter || file.loader[0] != '\0');
  throw Error(path,
              of_interpreter
                  ? fmt::format("its interpreter {} {}", file.interpreter, refusal->problem)
                  : refusal->problem,
              refusal->remedy, ExitCode::kUsage);
}

std::string unreachable_allocator(const std::string& path) {
  const ProgramFile found = wire::inspect_program(&system_call, AT_FDCWD, path.c_str());
  if (found.result != Recordability::kYes || found.is_text) return {};
  const MappedFile file(found.is_script ? found.interpreter : path);
  const std::unique_ptr<Elf, decltype(&elf_end)> elf(file.elf(), &elf_end);
  const bool hides = elf != nullptr && hides_malloc(elf.get());
  const std::string_view name = find_mark(file, kAllocators);
  return std::string(name.empty() && hides ? "malloc" : name);
}

}  // namespace heaptally
