#include "core/report/leaks_report.h"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

using std::chrono::milliseconds;

class LeaksReports : public testing::Test {
 protected:
  LeaksReports() {
    const FrameId main = recording_.line("main.cpp", 3, "main");
    const TallyId a =
        recording_.allocate(recording_.trace({main, recording_.line("a.cpp", 5, "f")}), {300, 3});
    recording_.allocate(recording_.trace({main, recording_.line("b.cpp", 1, "g")}), {70, 7});
    recording_.bucket(1000, 100, {{a, {100, 1}, {0, 0}, {}}});
    recording_.data.survivors = {{{milliseconds(1000), {{a, {100, 1}}}}}};
  }

  template <class Write>
  std::string written(Write write) {
    const Profile profile(recording_.data, {});
    const Leaks leaks =
        find_leaks(recording_.data, recording_.timeline(), recording_.crossed(), range_, patterns_);
    const Statistics rows = statistics(profile, leaks.snapshot, query_);
    const StatisticsReport report{
        .profile = profile, .snapshot = leaks.snapshot, .query = query_, .statistics = rows};
    std::ostringstream out;
    write(LeaksReport{.rows = report, .suppressed = leaks.suppressed}, out);
    return out.str();
  }
  std::string text() {
    return written([](const auto& report, auto& out) { write_text(report, out); });
  }
  nlohmann::json json() {
    return nlohmann::json::parse(
        written([](const auto& report, auto& out) { write_json(report, out); }));
  }

  RecordingBuilder recording_;
  LeakRange range_;
  std::vector<std::string> patterns_;
  Query query_;
};

TEST_F(LeaksReports, TextOfTheWholeRun) {
  EXPECT_EQ(text(),
            "# leaks: allocated from the start, not freed by the end, 10 s (exact); by lineno\n"
            "# 370 B in 10 blocks; all 2 lines cover 100.0 %\n"
            "# what a pointer still reaches is not told apart, and counts too\n"
            "a.cpp:5: size=300 B, count=3, average=100 B\n"
            "b.cpp:1: size=70 B, count=7, average=10 B\n");
}

TEST_F(LeaksReports, TextFromAMoment) {
  range_.from = parse_moment("1.05", "--from");
  EXPECT_EQ(
      text(),
      "# leaks: allocated from 1 s (exact; the last edge of a time bucket before 1.05 s), not "
      "freed by the end, 10 s (exact); by lineno\n"
      "# 100 B in 1 block; 1 line covers 100.0 %\n"
      "# what a pointer still reaches is not told apart, and counts too\n"
      "a.cpp:5: size=100 B, count=1, average=100 B\n");
}

TEST_F(LeaksReports, FromMarkToMark) {
  recording_.data.marks = {{"ready", milliseconds(1000), {}}, {"done", milliseconds(2000), {}}};
  recording_.bucket(1500, 100, {{TallyId{0}, {0, 0}, {40, 1}, {}}});
  range_ = {.from = parse_moment("mark:ready", "--from"), .to = parse_moment("mark:done", "--to")};
  EXPECT_EQ(text(),
            "# leaks: allocated from mark ready, 1 s (exact), not freed by mark done, 2 s (exact); "
            "by lineno\n"
            "# 60 B in 0 blocks; 1 line covers 100.0 %\n"
            "# what a pointer still reaches is not told apart, and counts too\n"
            "a.cpp:5: size=60 B, count=0\n");
  const nlohmann::json answer = json();
  EXPECT_EQ(answer["from"], "mark");
  EXPECT_EQ(answer["to"], "mark");
  EXPECT_EQ(answer["end_ns"], 2'000'000'000);
}

TEST_F(LeaksReports, SuppressedOnesAreTold) {
  patterns_ = {"^g$", "nowhere"};
  EXPECT_NE(text().find("\n# suppressed: 70 B in 7 blocks: leak:^g$ 70 B in 7 blocks\n"),
            std::string::npos)
      << text();
  const nlohmann::json all = json()["suppressed"];
  EXPECT_EQ(all.dump(), R"([{"bytes":70,"count":7,"pattern":"^g$"},)"
                        R"({"bytes":0,"count":0,"pattern":"nowhere"}])");
  patterns_ = {"nowhere"};
  EXPECT_NE(text().find("\n# suppressed: nothing (the pattern has not matched)\n"),
            std::string::npos)
      << text();
}

TEST_F(LeaksReports, Json) {
  range_.from = parse_moment("1.05", "--from");
  const nlohmann::json answer = json();
  EXPECT_EQ(answer["from"], "time");
  EXPECT_EQ(answer["from_ns"], 1'000'000'000);
  EXPECT_EQ(answer["to"], "end");
  EXPECT_EQ(answer["end_ns"], 10'000'000'000);
  EXPECT_EQ(answer["exact"], true);
  EXPECT_EQ(answer["total"]["bytes"], 100);
  EXPECT_EQ(answer["leaks"].size(), 1u);
  EXPECT_EQ(answer["leaks"][0]["label"], "a.cpp:5");
  EXPECT_EQ(answer["leaks"][0]["size"], 100);
  range_.from.reset();
  EXPECT_TRUE(json()["from_ns"].is_null());
}

}  // namespace
}  // namespace heaptally
