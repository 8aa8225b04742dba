#include "core/report/markup.h"

#include <gtest/gtest.h>

namespace heaptally {
namespace {

constexpr const char* kReplaced = "\xEF\xBF\xBD";

TEST(Markup, BecomesText) {
  EXPECT_EQ(escaped("</script><b a=\"1\" c='2'>&amp;"),
            "&lt;/script&gt;&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
  EXPECT_EQ(escaped("]]>"), "]]&gt;");
  EXPECT_EQ(escaped(""), "");
}

TEST(Markup, KeepsWhatXmlAllows) {
  EXPECT_EQ(escaped("tab\tline\nend"), "tab\tline\nend");
  EXPECT_EQ(escaped("gr\xC3\xBC\xC3\x9F \xE2\x86\x92 \xF0\x9F\x90\x8D"),
            "gr\xC3\xBC\xC3\x9F \xE2\x86\x92 \xF0\x9F\x90\x8D");
  EXPECT_EQ(escaped("\x7F"), "\x7F");
}

TEST(Markup, ReplacesWhatXmlDoesNotAllow) {
  using namespace std::string_view_literals;
  for (const std::string_view bad :
       {"\0"sv, "\x01"sv, "\x1B"sv, "\r"sv, "\x80"sv, "\xC0"sv, "\xFF"sv}) {
    EXPECT_EQ(escaped(bad), kReplaced) << static_cast<int>(bad[0]);
  }
  const std::string twice = std::string(kReplaced) + kReplaced, thrice = twice + kReplaced;
  EXPECT_EQ(escaped("\xC0\x80"), twice);       // more bytes than the character needs
  EXPECT_EQ(escaped("\xED\xA0\x80"), thrice);  // half of a pair of UTF-16
  EXPECT_EQ(escaped("\xEF\xBF\xBF"), thrice);  // no character
  EXPECT_EQ(escaped("\xF4\x90\x80\x80"), thrice + kReplaced);  // beyond the last one
  EXPECT_EQ(escaped("\xE2\x86"), twice);                       // cut off
  EXPECT_EQ(escaped("\xE2<"), std::string(kReplaced) + "&lt;");
}

TEST(Markup, LongNamesTakeAsLongAsTheyAre) {
  EXPECT_EQ(escaped(std::string(1 << 20, '<')).size(), std::size_t{4} << 20);
}

}  // namespace
}  // namespace heaptally
