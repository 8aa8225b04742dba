#include "core/symbols/source_path.h"

#include <gtest/gtest.h>

namespace heaptally {
namespace {

TEST(SourcePath, RelativeNamesStartAtTheCompilationDirectory) {
  EXPECT_EQ(source_path("/build/app", "src/main.cpp"), "/build/app/src/main.cpp");
  EXPECT_EQ(source_path("/build/app", "/usr/include/c++/12/vector"), "/usr/include/c++/12/vector");
  EXPECT_EQ(source_path(nullptr, "src/main.cpp"), "src/main.cpp");
}

TEST(SourcePath, IsNormalised) {
  EXPECT_EQ(source_path("/build/app", "./a/../b//c.cpp"), "/build/app/b/c.cpp");
  EXPECT_EQ(source_path("/build/app/out", "../src/./x.h"), "/build/app/src/x.h");
  EXPECT_EQ(source_path("./rt", "../rt/lio.c"), "rt/lio.c");
}

TEST(SourcePath, CompilersOwnNamesHaveNoDirectory) {
  EXPECT_EQ(source_path("/build", "<built-in>"), "<built-in>");
  EXPECT_EQ(source_path("/build", "/build/<artificial>"), "<artificial>");
  EXPECT_EQ(source_path("/build", ""), "");
  EXPECT_EQ(source_path("/build", nullptr), "");
}

}  // namespace
}  // namespace heaptally
