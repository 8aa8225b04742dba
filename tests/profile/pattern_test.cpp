#include "core/profile/pattern.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace heaptally {
namespace {

// golden/make_patterns.py wrote down what Python says.
TEST(Pattern, MatchesAsFnmatchDoes) {
  std::ifstream file(HEAPTALLY_GOLDEN "/patterns.txt");
  std::string pattern;
  std::string subject;
  std::string matches;
  int cases = 0;
  while (std::getline(file, pattern, '\t') && std::getline(file, subject, '\t') &&
         std::getline(file, matches)) {
    EXPECT_EQ(Pattern(pattern).matches(subject), matches == "1") << pattern << " on " << subject;
    ++cases;
  }
  EXPECT_EQ(cases, 3000);
}

TEST(Pattern, TakesBytesThatAreNotUtf8) {
  EXPECT_TRUE(Pattern("a\xff*").matches("a\xff\xfe"));
  EXPECT_TRUE(Pattern("a?").matches("a\xff"));
  EXPECT_FALSE(Pattern("a\xff").matches("a\xfe"));
  EXPECT_TRUE(Pattern("?").matches("\xe2\x82\xac"));
  EXPECT_TRUE(Pattern("??").matches("\xe2\x82"));
}

TEST(Pattern, IsQuickWhereBacktrackingIsNot) {
  const std::string text(5000, 'a');
  EXPECT_FALSE(Pattern("*a*a*a*a*a*a*a*a*a*b").matches(text));
}

}  // namespace
}  // namespace heaptally
