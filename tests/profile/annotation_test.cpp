#include "core/profile/annotation.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

class Annotations : public testing::Test {
 protected:
  Annotations() {
    allocate("src/a.cpp", 5, "ns::f<int>(int)", {10, 1}, {50, 5}, {100, 10});
    allocate("src/a.cpp", 9, "g()", {}, {}, {7, 1});
    allocate("lib/a.cpp", 5, "h", {1000, 1}, {1000, 1}, {1000, 1});
  }

  void allocate(const std::string& file, std::uint32_t line, const std::string& function,
                Amount live, Amount peak, Amount total) {
    TallyTotals totals;
    totals.live_at_end = live;
    totals.live_at_peak = peak;
    totals.total = total;
    recording_.tally(recording_.trace({main_, recording_.line(file, line, function)}), totals);
  }

  // "LINE live peak total" of each line, and of the sum.
  std::string ask(const std::string& file, std::optional<std::string> function = {},
                  Query query = {}) {
    const Profile profile(recording_.data, {});
    const auto snapshot = [&](Metric metric, Moment::Kind kind) {
      return take_snapshot(recording_.data, recording_.timeline(), metric, {.kind = kind});
    };
    const Snapshot live = snapshot(Metric::kLive, Moment::Kind::kEnd);
    const Snapshot peak = snapshot(Metric::kLive, Moment::Kind::kPeak);
    const Snapshot total = snapshot(Metric::kTotal, Moment::Kind::kEnd);
    const Annotation annotation =
        annotate(profile, {live, peak, total}, query, find_source(profile, file), function);
    std::string text;
    const auto add = [&](const AnnotatedLine& line) {
      for (const std::uint64_t number :
           {std::uint64_t{line.line}, line.live.bytes, line.peak.bytes, line.total.bytes}) {
        text += std::to_string(number) + " ";
      }
    };
    for (const AnnotatedLine& line : annotation.lines) add(line);
    add(annotation.sum);
    return text;
  }

  std::string refusal(const std::string& file, std::optional<std::string> function = {}) {
    try {
      ask(file, std::move(function));
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  }

  RecordingBuilder recording_;
  FrameId main_ = recording_.line("src/a.cpp", 1, "main");
};

TEST_F(Annotations, AreOfTheLinesOfOneFile) {
  EXPECT_EQ(ask("src/a.cpp"), "5 10 50 100 9 0 0 7 0 10 50 107 ");
  EXPECT_EQ(ask("lib/a.cpp"), "5 1000 1000 1000 0 1000 1000 1000 ");
}

TEST_F(Annotations, FindAFileByTheEndOfEitherPath) {
  recording_.line("src/deep/b.cpp", 1);
  EXPECT_EQ(ask("b.cpp"), "0 0 0 0 ");
  EXPECT_EQ(ask("./deep/b.cpp"), "0 0 0 0 ");
  EXPECT_EQ(ask("/home/user/src/deep/b.cpp"), "0 0 0 0 ");
  EXPECT_EQ(refusal("a.cpp"), "a.cpp: 2 files end so; give more of the path: lib/a.cpp, src/a.cpp");
  EXPECT_EQ(refusal("p/b.cpp"),
            "p/b.cpp: no such source file in the recording; near ones are src/deep/b.cpp, "
            "lib/a.cpp, src/a.cpp");
  EXPECT_EQ(refusal("unheard_of.f90"),
            "unheard_of.f90: no such source file in the recording; there are lib/a.cpp, src/a.cpp, "
            "src/deep/b.cpp");
}

TEST_F(Annotations, OfAFunctionAreItsLines) {
  for (const char* name : {"f", "ns::f", "ns::f<int>", "ns::f<int>(int)"}) {
    EXPECT_EQ(ask("src/a.cpp", name), "5 10 50 100 0 10 50 100 ") << name;
  }
  EXPECT_EQ(ask("src/a.cpp", "main"), "0 0 0 0 ");
  EXPECT_EQ(refusal("src/a.cpp", "s::f"),
            "--function s::f: no line of such a function is known; near ones are ns::f<int>(int), "
            "g()");
}

TEST_F(Annotations, AddWhatWasCalledIfCumulative) {
  Query query;
  query.cumulative = true;
  EXPECT_EQ(ask("src/a.cpp", "main", query), "1 1010 1050 1107 0 1010 1050 1107 ");
}

TEST_F(Annotations, CountWhatFiltersKeep) {
  Query query;
  query.filters = {parse_filter("*.cpp:9", true, false)};
  EXPECT_EQ(ask("src/a.cpp", {}, query), "9 0 0 7 0 0 0 7 ");
}

TEST(FunctionNames, AreWhatUsersCallThem) {
  EXPECT_TRUE(is_function_called("main", "main"));
  EXPECT_TRUE(is_function_called("a::B<int>::c(std::function<void ()>) const", "c"));
  EXPECT_TRUE(is_function_called("a::B<int>::c(std::function<void ()>) const", "B<int>::c"));
  EXPECT_TRUE(is_function_called("(anonymous namespace)::f(int)", "f"));
  EXPECT_TRUE(is_function_called("a::operator()(int) const", "operator()"));
  EXPECT_FALSE(is_function_called("a::bc(int)", "c"));
  EXPECT_FALSE(is_function_called("a::b(c)", "c"));
  EXPECT_FALSE(is_function_called("a::b", ""));
}

TEST(Annotation, OfARecordingWithoutSourcesIsRefused) {
  RecordingBuilder recording;
  recording.allocate(recording.trace({recording.symbol("f", 1)}), {1, 1});
  const Profile profile(recording.data, {});
  EXPECT_THROW(find_source(profile, "a.cpp"), Error);
}

}  // namespace
}  // namespace heaptally
