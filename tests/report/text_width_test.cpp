#include "core/report/text_width.h"

#include <gtest/gtest.h>

namespace heaptally {
namespace {

TEST(TextWidth, IsThatOfATerminal) {
  EXPECT_EQ(text_width(""), 0u);
  EXPECT_EQ(text_width("abc"), 3u);
  EXPECT_EQ(text_width("caf\xC3\xA9"), 4u);
  EXPECT_EQ(text_width("cafe\xCC\x81"), 4u);               // a combining accent
  EXPECT_EQ(text_width("\xE4\xBD\xA0\xE5\xA5\xBD!"), 5u);  // two wide characters
  EXPECT_EQ(text_width(std::string_view("a\0\xC3\xA9", 4)), 3u);
}

TEST(TextWidth, BytesThatAreNotUtf8CountAsOne) {
  EXPECT_EQ(text_width("\xFF\xFE x"), 4u);
  EXPECT_EQ(text_width("ab\xC3"), 3u);  // cut in the middle
  EXPECT_EQ(text_width("\xE4\xBD"), 2u);
}

}  // namespace
}  // namespace heaptally
