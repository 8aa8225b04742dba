// That PCRE2's giving up is not taken for an answer.
#include "samples/support/pcre2_pattern.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace samples {
namespace {

TEST(Pcre2Pattern, FindsAllThereAre) {
  OwnTally tally;
  Pcre2Pattern pattern("(a+)b", tally);
  constexpr std::string_view kText = "aab ab b";
  ASSERT_TRUE(pattern.find(kText));
  EXPECT_EQ(pattern.group(kText, 1), "aa");
  ASSERT_TRUE(pattern.find(kText, pattern.end()));
  EXPECT_EQ(pattern.group(kText, 1), "a");
  EXPECT_FALSE(pattern.find(kText, pattern.end()));
}

TEST(Pcre2PatternDeathTest, EndsTheProgramWhenItGivesUp) {
  OwnTally tally;
  Pcre2Pattern pattern("(a+)+$", tally);
  pattern.set_limit(1);
  EXPECT_EXIT(pattern.find("aaaaaaaaaaaaaaaa!"), testing::ExitedWithCode(EXIT_FAILURE),
              "^PCRE2: match limit exceeded\n$");
}

}  // namespace
}  // namespace samples
