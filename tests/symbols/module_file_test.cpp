#include "core/symbols/module_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"

namespace heaptally {
namespace {

std::string reason_for(const ModuleSource& source) { return open_module_file(source, {}).reason; }

TEST(ModuleFile, IsOpenAndNotInherited) {
  const ModuleFile file = open_module_file({.path = fixture_path("calls-own4")}, {});
  EXPECT_EQ(file.reason, "");
  ASSERT_TRUE(static_cast<bool>(file.fd));
  EXPECT_EQ(fcntl(file.fd.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(file.build_id.size(), 40u);
}

TEST(ModuleFile, GivesReasons) {
  TemporaryFolder folder;
  write_file(folder.path() / "text", "#!/bin/sh\n");
  write_file(folder.path() / "empty", "");
  EXPECT_EQ(reason_for({.path = folder.path() / "text"}), "not an ELF program or library");
  EXPECT_EQ(reason_for({.path = folder.path() / "empty"}), "not an ELF program or library");
  EXPECT_EQ(reason_for({.path = folder.path() / "absent"}), "file not found");
  EXPECT_EQ(reason_for({.path = folder.path() / "text" / "below"}), "file not found");
  EXPECT_EQ(reason_for({.path = folder.path()}), "not a regular file");
  EXPECT_EQ(reason_for({.path = ""}), "file not found");
  EXPECT_EQ(reason_for({.path = "linux-vdso.so.1"}), "vdso");
}

TEST(ModuleFile, AFifoDoesNotBlock) {
  TemporaryFolder folder;
  const std::string fifo = folder.path() / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(reason_for({.path = fifo}), "not a regular file");
}

TEST(ModuleFile, AnotherBuildIdIsNotUsed) {
  const std::string path = fixture_path("calls-own4");
  EXPECT_EQ(reason_for({.path = path, .build_id = build_id_of_file(path)}), "");
  EXPECT_EQ(reason_for({.path = path, .build_id = "00ff"}), "build-id differs");
  // Also when the other candidates do not exist.
  EXPECT_EQ(reason_for({.path = path, .build_id = "00ff", .pid = getpid()}), "build-id differs");
  // A file without a build-id cannot be told to be another one.
  EXPECT_EQ(reason_for({.path = fixture_path("calls-nobuildid"), .build_id = "00ff"}), "");
  // Long after it was mapped, another file may be in its place.
  EXPECT_EQ(
      reason_for({.path = fixture_path("calls-nobuildid"), .build_id = "00ff", .must_match = true}),
      "build-id differs");
  EXPECT_EQ(reason_for({.path = fixture_path("calls-nobuildid"), .must_match = true}), "");
}

TEST(ModuleFile, AProcessesProgramIsFoundWhateverItsPath) {
  const ModuleFile file =
      open_module_file({.path = "/gone/program", .pid = getpid(), .is_executable = true}, {});
  EXPECT_EQ(file.reason, "");
  EXPECT_EQ(file.build_id, build_id_of_file("/proc/self/exe"));
  EXPECT_EQ(reason_for({.path = "/gone/program", .pid = getpid()}), "file not found");
}

TEST(ModuleFile, AProcessThatIsGoneLeavesThePath) {
  EXPECT_EQ(reason_for({.path = fixture_path("calls-own4"), .pid = 0x7fffffff}), "");
}

TEST(ModuleFile, DebugFoldersCanHoldACopyOfTheTree) {
  TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "opt/app");
  std::filesystem::copy_file(fixture_path("calls-own4"), folder.path() / "opt/app/lib.so");
  const ModuleFile file = open_module_file({.path = "/opt/app/lib.so"}, {folder.path().string()});
  EXPECT_EQ(file.reason, "");
  EXPECT_EQ(file.build_id, build_id_of_file(fixture_path("calls-own4")));
}

}  // namespace
}  // namespace heaptally
