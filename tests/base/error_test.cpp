#include "core/base/error.h"

#include <gtest/gtest.h>

namespace heaptally {
namespace {

TEST(Error, ReadsAsOneLine) {
  EXPECT_STREQ(Error("a.heaptally", "is missing", "record it first").what(),
               "a.heaptally: is missing; record it first");
  EXPECT_STREQ(Error("a.heaptally", "is missing").what(), "a.heaptally: is missing");
}

TEST(Error, FailsUnlessItIsOfUsage) {
  EXPECT_EQ(Error("a", "b").code(), ExitCode::kFailed);
  EXPECT_EQ(Error("a", "b", "", ExitCode::kUsage).code(), ExitCode::kUsage);
}

}  // namespace
}  // namespace heaptally
