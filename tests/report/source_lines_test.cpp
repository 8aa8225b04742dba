#include "core/report/source_lines.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace heaptally {
namespace {

class Sources : public testing::Test {
 protected:
  // Tests run in parallel, each in a process of its own.
  Sources()
      : path_(testing::TempDir() + "/heaptally_source_lines_" + std::to_string(getpid()) + ".cpp") {
    std::ofstream(path_) << "first\n\t  second;  \r\n\n   \nlast";
  }
  ~Sources() override { std::filesystem::remove(path_); }

  std::string path_;
  SourceLines source_;
};

TEST_F(Sources, AreStripped) {
  EXPECT_EQ(source_.stripped(path_, 1), "first");
  EXPECT_EQ(source_.stripped(path_, 2), "second;");
  EXPECT_EQ(source_.stripped(path_, 3), "");
  EXPECT_EQ(source_.stripped(path_, 4), "");
  EXPECT_EQ(source_.stripped(path_, 5), "last");
}

TEST_F(Sources, HaveNoOtherLines) {
  EXPECT_EQ(source_.stripped(path_, 0), "");
  EXPECT_EQ(source_.stripped(path_, 6), "");
  EXPECT_EQ(source_.stripped(path_, 4'000'000'000), "");
}

TEST_F(Sources, ThatCannotBeReadAreEmpty) {
  EXPECT_EQ(source_.stripped(path_ + ".missing", 1), "");
  EXPECT_EQ(source_.stripped("/dev/zero", 1), "");
  EXPECT_EQ(source_.stripped(testing::TempDir(), 1), "");
  EXPECT_EQ(source_.stripped("", 1), "");
}

}  // namespace
}  // namespace heaptally
