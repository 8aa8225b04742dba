#include "core/report/ascii.h"

#include <cstdlib>
#include <optional>

#include <gtest/gtest.h>

namespace heaptally {
namespace {

TEST(Ascii, ReplacesDrawingsCharacterByCharacter) {
  EXPECT_EQ(drawn_in_ascii("├─ a\n│  └─ b ▲ ▼ ┤┬…"), "|- a\n|  `- b ^ v ++.");
  EXPECT_EQ(drawn_in_ascii(" ▁▂▃▄▅▆▇█ ▏▎▍▌▋▊▉"), " ..:::### ---####");
}

TEST(Ascii, LeavesAllElse) {
  for (const char* text : {"", "plain", "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", "cut \xE2\x94",
                           "cut \xE2", "\x80\xFF"}) {
    EXPECT_EQ(drawn_in_ascii(text), text);
  }
}

TEST(Ascii, CutsNoCharacter) {
  EXPECT_EQ(complete_bytes(""), 0u);
  EXPECT_EQ(complete_bytes("ab"), 2u);
  EXPECT_EQ(complete_bytes("a\xE2"), 1u);
  EXPECT_EQ(complete_bytes("a\xE2\x94"), 1u);
  EXPECT_EQ(complete_bytes("a\xE2\x94\x80"), 4u);
  EXPECT_EQ(complete_bytes("\xF0\x9F\x98"), 0u);
  EXPECT_EQ(complete_bytes("\xC3\xA9"), 2u);
  EXPECT_EQ(complete_bytes("\x80\x80\x80\x80"), 4u);  // no UTF-8 at all
}

TEST(Ascii, GoesByTheFirstVariableThatIsSet) {
  const auto has_utf8 = [](std::optional<const char*> all, std::optional<const char*> type,
                           std::optional<const char*> lang) {
    const auto set = [](const char* name, std::optional<const char*> value) {
      if (value) {
        ::setenv(name, *value, 1);
      } else {
        ::unsetenv(name);
      }
    };
    set("LC_ALL", all);
    set("LC_CTYPE", type);
    set("LANG", lang);
    return locale_has_utf8();
  };
  EXPECT_TRUE(has_utf8({}, {}, "de_DE.UTF-8"));
  EXPECT_TRUE(has_utf8({}, "C.utf8", "C"));
  EXPECT_TRUE(has_utf8("", {}, "en_US.utf-8"));
  EXPECT_FALSE(has_utf8("C", {}, "en_US.UTF-8"));
  EXPECT_FALSE(has_utf8({}, {}, "en_US"));
  EXPECT_FALSE(has_utf8({}, {}, {}));
}

}  // namespace
}  // namespace heaptally
