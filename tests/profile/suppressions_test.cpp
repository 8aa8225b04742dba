#include "core/profile/suppressions.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

// As LeakSanitizer's own tests and documentation have it.
TEST(SuppressionMatches, AsLeakSanitizer) {
  EXPECT_TRUE(suppression_matches("foo", "a foolish one"));
  EXPECT_FALSE(suppression_matches("foo", "Foo"));
  EXPECT_TRUE(suppression_matches("*", "anything"));
  EXPECT_TRUE(suppression_matches("f*r", "a foobar b"));
  EXPECT_FALSE(suppression_matches("f*r", "rof"));
  EXPECT_TRUE(suppression_matches("^foo", "foobar"));
  EXPECT_FALSE(suppression_matches("^bar", "foobar"));
  EXPECT_TRUE(suppression_matches("^*bar", "foobar"));
  EXPECT_TRUE(suppression_matches("bar$", "foobar"));
  EXPECT_FALSE(suppression_matches("foo$", "foobar"));
  EXPECT_TRUE(suppression_matches("foo*$", "foobar"));
  EXPECT_TRUE(suppression_matches("^foo$", "foo"));
  EXPECT_FALSE(suppression_matches("^foo$", "foo2"));
  EXPECT_TRUE(suppression_matches("^foo*bar$", "foo and bar"));
  EXPECT_FALSE(suppression_matches("foo", ""));
  EXPECT_FALSE(suppression_matches("foo*bar", "foo"));
}

TEST(ParseSuppressions, SkipsCommentsAndBlanks) {
  EXPECT_EQ(parse_suppressions("# known\n\n  leak:foo\r\nleak:^a b$\nleak:last", "file"),
            (std::vector<std::string>{"foo", "^a b$", "last"}));
  EXPECT_TRUE(parse_suppressions("", "file").empty());
}

TEST(ParseSuppressions, NamesTheLineThatIsNone) {
  for (const char* line : {"race:foo", "leak:", "foo", "leak foo"}) {
    try {
      parse_suppressions(std::string("# one\n") + line + "\nleak:x\n", "my.supp");
      FAIL() << line;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("my.supp:2: "), std::string::npos) << error.what();
    }
  }
}

TEST(SuppressedTraces, ByFunctionFileAndModuleOfAnyFrame) {
  RecordingBuilder recording;
  const FrameId main = recording.line("src/main.cpp", 1, "main");
  const FrameId parse = recording.frame({{.function = "inlined", .file = "src/a.h", .line = 3},
                                         {.function = "parse", .file = "src/p.cpp", .line = 4}});
  const FrameId in_library = recording.symbol("make", 4, recording.module("/usr/lib/libtls.so.1"));
  const TraceId plain = recording.trace({main});
  const TraceId parsed = recording.trace({main, parse});
  const TraceId library = recording.trace({main, in_library});
  const auto numbers = [&](const std::vector<std::string>& patterns) {
    const auto all = suppressed_traces(recording.data, patterns);
    std::vector<int> found;
    for (const TraceId trace : {plain, parsed, library}) {
      const auto& pattern = all[index_of(trace)];
      found.push_back(pattern ? static_cast<int>(*pattern) : -1);
    }
    return found;
  };
  EXPECT_EQ(numbers({}), (std::vector<int>{-1, -1, -1}));
  EXPECT_EQ(numbers({"inlined"}), (std::vector<int>{-1, 0, -1}));
  EXPECT_EQ(numbers({"a.h$"}), (std::vector<int>{-1, 0, -1}));
  EXPECT_EQ(numbers({"libtls.so"}), (std::vector<int>{-1, -1, 0}));
  // All have main, but the more recent frame comes first.
  EXPECT_EQ(numbers({"^main$", "parse", "^make$"}), (std::vector<int>{0, 1, 2}));
}

}  // namespace
}  // namespace heaptally
