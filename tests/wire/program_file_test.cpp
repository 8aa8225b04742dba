#include "wire/program_file.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tests/sanitizer.h"

namespace heaptally::wire {
namespace {

long system_call(long number, long a, long b, long c, long d) {
  const long result = syscall(number, a, b, c, d, 0L, 0L);
  return result < 0 ? -errno : result;
}

ProgramFile inspect(const std::string& path) {
  return inspect_program(&system_call, AT_FDCWD, path.c_str());
}

// An executable of which only the headers are there.
struct ElfSketch {
  Elf64_Ehdr header = {};
  std::string loader;
  std::vector<Elf64_Dyn> dynamic;
  std::string strings = std::string(1, '\0');

  ElfSketch() {
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_DYN;
    header.e_machine = EM_X86_64;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phoff = sizeof(header);
  }

  void add_name(Elf64_Sxword tag, const std::string& name) {
    dynamic.push_back({tag, {strings.size()}});
    strings += name + '\0';
  }

  std::string bytes() {
    header.e_phnum = loader.empty() ? 2 : 3;
    const std::uint64_t loader_at = sizeof(header) + header.e_phnum * sizeof(Elf64_Phdr);
    const std::uint64_t strings_at = loader_at + loader.size() + 1;
    const std::uint64_t dynamic_at = strings_at + strings.size();
    std::vector<Elf64_Dyn> entries = dynamic;
    entries.push_back({DT_STRTAB, {strings_at}});
    entries.push_back({DT_NULL, {0}});
    const std::uint64_t dynamic_bytes = entries.size() * sizeof(Elf64_Dyn);
    const std::uint64_t all = dynamic_at + dynamic_bytes;
    std::vector<Elf64_Phdr> segments = {
        {PT_LOAD, PF_R, 0, 0, 0, all, all, 4096},
        {PT_DYNAMIC, PF_R, dynamic_at, dynamic_at, 0, dynamic_bytes, dynamic_bytes, 8},
    };
    if (!loader.empty()) {
      segments.push_back(
          {PT_INTERP, PF_R, loader_at, loader_at, 0, loader.size() + 1, loader.size() + 1, 1});
    }
    std::string text(reinterpret_cast<const char*>(&header), sizeof(header));
    text.append(reinterpret_cast<const char*>(segments.data()),
                segments.size() * sizeof(Elf64_Phdr));
    text += loader + '\0' + strings;
    text.append(reinterpret_cast<const char*>(entries.data()), dynamic_bytes);
    return text;
  }
};

class ProgramFileTest : public testing::Test {
 protected:
  ProgramFileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "heaptally-wire-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~ProgramFileTest() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& bytes) {
    const std::string path = folder_ / name;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    chmod(path.c_str(), 0755);
    return path;
  }
  Recordability judge(const std::string& bytes) { return inspect(write("program", bytes)).result; }

  std::filesystem::path folder_;
};

constexpr char kLoader[] = "/lib64/ld-linux-x86-64.so.2";

TEST_F(ProgramFileTest, ThisProgramIsRecordable) {
  const ProgramFile file = inspect("/proc/self/exe");
  EXPECT_STREQ(file.loader, kLoader);
  EXPECT_EQ(file.result, kHasAddressSanitizer ? Recordability::kSanitizer : Recordability::kYes);
}

TEST_F(ProgramFileTest, WithALoaderOfGlibcItIsRecordable) {
  ElfSketch elf;
  elf.loader = kLoader;
  EXPECT_EQ(judge(elf.bytes()), Recordability::kYes);
}

TEST_F(ProgramFileTest, WithoutALoaderItIsStaticWhateverItsType) {
  ElfSketch elf;
  EXPECT_EQ(judge(elf.bytes()), Recordability::kStatic);
  elf.header.e_type = ET_EXEC;
  EXPECT_EQ(judge(elf.bytes()), Recordability::kStatic);
}

TEST_F(ProgramFileTest, ALoaderIsAProgramToo) {
  EXPECT_EQ(inspect(kLoader).result, Recordability::kYes);
  ElfSketch elf;
  elf.add_name(DT_SONAME, "libc.musl-x86_64.so.1");
  EXPECT_EQ(judge(elf.bytes()), Recordability::kOtherLibc);
}

TEST_F(ProgramFileTest, ALoaderIsKnownByItsNameWithin) {
  ElfSketch musl;
  ElfSketch elf;
  elf.loader = write("ld-musl-x86_64.so.1", musl.bytes());
  ProgramFile file = inspect(write("program", elf.bytes()));
  EXPECT_EQ(file.result, Recordability::kOtherLibc);
  EXPECT_EQ(file.loader, elf.loader);

  std::filesystem::create_symlink(kLoader, folder_ / "renamed.so");
  elf.loader = folder_ / "renamed.so";
  EXPECT_EQ(judge(elf.bytes()), Recordability::kYes);

  elf.loader = folder_ / "missing.so";
  file = inspect(write("program", elf.bytes()));
  EXPECT_EQ(file.result, Recordability::kNoInterpreter);
  EXPECT_EQ(file.problem, ENOENT);
}

TEST_F(ProgramFileTest, OtherMachines) {
  ElfSketch elf;
  elf.loader = kLoader;
  elf.header.e_machine = EM_AARCH64;
  ProgramFile file = inspect(write("program", elf.bytes()));
  EXPECT_EQ(file.result, Recordability::kOtherMachine);
  EXPECT_EQ(file.machine, EM_AARCH64);
  EXPECT_FALSE(file.is_32_bit);

  elf.header.e_machine = EM_386;
  elf.header.e_ident[EI_CLASS] = ELFCLASS32;
  file = inspect(write("program", elf.bytes()));
  EXPECT_EQ(file.result, Recordability::kOtherMachine);
  EXPECT_TRUE(file.is_32_bit);

  elf.header.e_machine = __builtin_bswap16(EM_S390);
  elf.header.e_ident[EI_CLASS] = ELFCLASS64;
  elf.header.e_ident[EI_DATA] = ELFDATA2MSB;
  EXPECT_EQ(inspect(write("program", elf.bytes())).machine, EM_S390);
}

TEST_F(ProgramFileTest, ASanitizersLibraryIsSeenAmongThoseNeeded) {
  for (const char* name : {"libasan.so.8", "libclang_rt.asan-x86_64.so"}) {
    ElfSketch elf;
    elf.loader = kLoader;
    elf.add_name(DT_NEEDED, "libm.so.6");
    elf.add_name(DT_NEEDED, name);
    EXPECT_EQ(judge(elf.bytes()), Recordability::kSanitizer) << name;
  }
  ElfSketch harmless;
  harmless.loader = kLoader;
  harmless.add_name(DT_NEEDED, "libasa");
  EXPECT_EQ(judge(harmless.bytes()), Recordability::kYes);
}

TEST_F(ProgramFileTest, ScriptsAreFollowedToTheirInterpreter) {
  EXPECT_EQ(judge("#!/usr/bin/env python3\n"), Recordability::kYes);
  EXPECT_EQ(judge("#! \t/usr/bin/env\tpython3"), Recordability::kYes);
  ElfSketch elf;
  const std::string linked_statically = write("static", elf.bytes());
  const std::string first = write("first", "#!" + linked_statically + " argument\n");
  ProgramFile file = inspect(write("second", "#!" + first + "\n"));
  EXPECT_EQ(file.result, Recordability::kStatic);
  EXPECT_TRUE(file.is_script);
  EXPECT_EQ(file.interpreter, linked_statically);

  file = inspect(write("program", "#!/no/such/interpreter\n"));
  EXPECT_EQ(file.result, Recordability::kNoInterpreter);
  EXPECT_STREQ(file.interpreter, "/no/such/interpreter");
}

TEST_F(ProgramFileTest, AScriptOfItselfEnds) {
  EXPECT_EQ(judge("#!" + (folder_ / "program").string() + "\n"), Recordability::kYes);
}

TEST_F(ProgramFileTest, TextIsForTheShell) {
  for (const char* text : {"", "echo hello\n", "#!\n", "#!   \n", "#"}) {
    const ProgramFile file = inspect(write("program", text));
    EXPECT_TRUE(file.is_text) << text;
    EXPECT_EQ(file.result, Recordability::kYes) << text;
  }
  // Cut short by the kernel, which then knows no interpreter.
  EXPECT_TRUE(inspect(write("program", "#!/" + std::string(300, 'x') + "\n")).is_text);
}

TEST_F(ProgramFileTest, WhatIsNoProgram) {
  EXPECT_EQ(inspect(folder_).result, Recordability::kNotAProgram);
  EXPECT_EQ(inspect(folder_ / "missing").result, Recordability::kNotAProgram);
  EXPECT_EQ(inspect("/dev/null").result, Recordability::kNotAProgram);
  const std::string fifo = folder_ / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0755), 0);
  EXPECT_EQ(inspect(fifo).result, Recordability::kNotAProgram);
  EXPECT_EQ(judge("\x7f"
                  "ELF" +
                  std::string(100, '\0')),
            Recordability::kNotAProgram);
  ElfSketch object;
  object.header.e_type = ET_REL;
  EXPECT_EQ(judge(object.bytes()), Recordability::kNotAProgram);
}

TEST_F(ProgramFileTest, DynamicSymbolsAreFound) {
  link_map* libc = nullptr;
  void* handle = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
  ASSERT_NE(handle, nullptr);
  ASSERT_EQ(dlinfo(handle, RTLD_DI_LINKMAP, &libc), 0);
  const OpenFile file(&system_call, AT_FDCWD, libc->l_name);
  dlclose(handle);
  ElfFile elf;
  ASSERT_TRUE(elf.open(file.bytes()));
  EXPECT_TRUE(elf.is_named("libc.so"));
  EXPECT_TRUE(elf.needs("ld-linux"));
  for (const char* name : {"malloc", "free", "posix_spawn", "strlen"}) {
    EXPECT_TRUE(elf.defines(name)) << name;
  }
  // The first is defined elsewhere.
  for (const char* name : {"__tls_get_addr", "mallo", "mallocs", "", "no_such_function"}) {
    EXPECT_FALSE(elf.defines(name)) << name;
  }
}

TEST_F(ProgramFileTest, AnyByteMayBeWrong) {
  std::ifstream self("/proc/self/exe", std::ios::binary);
  std::string whole(64 * 1024, '\0');
  self.read(whole.data(), static_cast<std::streamsize>(whole.size()));
  std::mt19937 numbers(7);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = whole;
    for (int i = 0; i < 40; ++i) {
      // Half of them in the headers.
      const std::size_t limit = i % 2 == 0 ? 1024 : damaged.size();
      damaged[numbers() % limit] = static_cast<char>(numbers());
    }
    std::memcpy(damaged.data(), whole.data(), 20);
    if (round % 3 == 0) damaged.resize(numbers() % damaged.size());
    EXPECT_LE(static_cast<int>(judge(damaged)), int{kLastRecordability});
  }
}

TEST(Recordability, EveryReasonHasItsWords) {
  for (int i = 0; i <= kLastRecordability; ++i) {
    EXPECT_STRNE(reason_text(static_cast<Recordability>(i)), "unknown") << i;
  }
  EXPECT_STREQ(reason_text(static_cast<Recordability>(kLastRecordability + 1)), "unknown");
}

}  // namespace
}  // namespace heaptally::wire
