// Inputs that once made the reader crash, hang or overflow; see README.md.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "core/base/error.h"
#include "core/recording/reader.h"
#include "tests/fuzz/changes.h"
#include "tests/fuzz/scratch.h"

namespace heaptally {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(FuzzRegressions, ReadOrAreRefused) {
  const Scratch scratch;
  const Bytes base = bytes_of(HEAPTALLY_FUZZ_BASE);
  ASSERT_FALSE(base.empty());
  std::size_t inputs = 0;
  for (const auto& entry : fs::directory_iterator(HEAPTALLY_FUZZ_REGRESSIONS)) {
    const std::string name = entry.path().filename().string();
    SCOPED_TRACE(name);
    if (name.starts_with("file-")) {
      run_as_file(scratch, bytes_of(entry.path()));
    } else if (name.starts_with("import-")) {
      run_as_import(scratch, bytes_of(entry.path()));
    } else {
      ASSERT_TRUE(name.starts_with("changes-")) << "of which fuzzer is it?";
      run_as_changes(scratch, base, bytes_of(entry.path()));
    }
    ++inputs;
  }
  EXPECT_GT(inputs, 0u);
}

// The changes must reach what is behind SQLite, or they test nothing.
TEST(FuzzChanges, ChangeValues) {
  const Scratch scratch;
  const Bytes base = bytes_of(HEAPTALLY_FUZZ_BASE);
  scratch.write(base);
  const std::size_t processes = RecordingReader(scratch.path()).data().processes.size();
  ASSERT_GT(processes, 0u);
  // Table 2 (processes), column 1 (pid), row 0, update, a number of one byte: 77.
  const Bytes input = {2, 1, 0, 2, 1, 77};
  apply_changes(scratch.path(), input);
  EXPECT_EQ(RecordingReader(scratch.path()).data().processes[0].pid, 77);
  // Table 8 (traces), row 1, deleted: ids with a gap.
  const Bytes gap = {8, 0, 1, 0, 0};
  apply_changes(scratch.path(), gap);
  EXPECT_THROW(RecordingReader(scratch.path()), Error);
}

}  // namespace
}  // namespace heaptally
