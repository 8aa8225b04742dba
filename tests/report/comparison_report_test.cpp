#include "core/report/comparison_report.h"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

TEST(FactorText, SaysHowTheSecondCompares) {
  EXPECT_EQ(factor_text(240, 100), "2.4 x less");
  EXPECT_EQ(factor_text(100, 240), "2.4 x more");
  EXPECT_EQ(factor_text(7, 7), "the same");
  EXPECT_EQ(factor_text(0, 0), "the same");
  EXPECT_EQ(factor_text(0, 5), "none before");
  EXPECT_EQ(factor_text(5, 0), "none any more");
  EXPECT_EQ(factor_text(100, 103), "1.03 x more");
  EXPECT_EQ(factor_text(10'000, 10'001), "hardly more");
  EXPECT_EQ(factor_text(123'456, 1), "123456 x less");
}

// A line that is gone, one that shrank, one that came, and one that stayed as it was.
class ComparisonReports : public testing::Test {
 protected:
  ComparisonReports() {
    add(a_, "gone.cpp", {500, 5});
    add(a_, "kept.cpp", {400, 4});
    add(a_, "same.cpp", {9, 9});
    add(b_, "kept.cpp", {100, 1});
    add(b_, "new.cpp", {50, 1});
    add(b_, "same.cpp", {9, 9});
    a_.data.header.command = {"./eager", "10"};
    b_.data.header.command = {"./lazy"};
    a_.data.header.peak = {909, 18};
    b_.data.header.peak = {159, 11};
    b_.data.header.exit_status = 3;
  }
  static void add(RecordingBuilder& recording, const char* file, Amount amount) {
    recording.allocate(recording.trace({recording.line(file, 1)}), amount);
  }

  template <class Write>
  std::string written(Write write) {
    const Profile a(a_.data, {}), b(b_.data, {});
    const Snapshot before = take_snapshot(a_.data, a_.timeline(), Metric::kLive, {});
    const Snapshot after = take_snapshot(b_.data, b_.timeline(), Metric::kLive, {});
    const Side old_side{a, before}, new_side{b, after};
    const Query query;
    const StatisticDifferences rows = compare(old_side, new_side, query);
    const DifferenceReport lines{
        .before = old_side, .after = new_side, .query = query, .differences = rows};
    std::ostringstream out;
    write(ComparisonReport{.lines = lines, .facts = compare_facts(a_.data, b_.data)}, out);
    return out.str();
  }

  RecordingBuilder a_, b_;
};

TEST_F(ComparisonReports, Text) {
  EXPECT_EQ(written([](const auto& report, auto& out) { write_text(report, out); }),
            "# A: ./eager 10\n"
            "# B: ./lazy\n"
            "\n"
            "                           A             B\n"
            "peak                   909 B         159 B  5.7 x less\n"
            "blocks at peak            18            11  1.6 x less\n"
            "total                    0 B           0 B  the same\n"
            "allocations                0             0  the same\n"
            "temporary                  0             0  the same\n"
            "live at end              0 B           0 B  the same\n"
            "wall time           10.000 s      10.000 s  the same\n"
            "exit status                0             3\n"
            "\n"
            "lines that differ most, live at the peak; 3 of 4 differ\n"
            "           A           B       change     blocks\n"
            "       500 B         0 B       -500 B         -5  gone.cpp:1\n"
            "       400 B       100 B       -300 B         -3  kept.cpp:1\n"
            "         0 B        50 B        +50 B         +1  new.cpp:1\n");
}

TEST_F(ComparisonReports, Json) {
  const nlohmann::json answer = nlohmann::json::parse(
      written([](const auto& report, auto& out) { write_json(report, out); }));
  EXPECT_EQ(answer["a"]["command"], (std::vector<std::string>{"./eager", "10"}));
  EXPECT_EQ(answer["a"]["peak_bytes"], 909);
  EXPECT_EQ(answer["b"]["peak_bytes"], 159);
  EXPECT_EQ(answer["b"]["exit_status"], 3);
  EXPECT_TRUE(answer["a"]["peak_rss"].is_null());
  EXPECT_EQ(answer["changed"], 3);
  const nlohmann::json& row = answer["differences"][1];
  EXPECT_EQ(row["label"], "kept.cpp:1");
  EXPECT_EQ(row["size_a"], 400);
  EXPECT_EQ(row["count_a"], 4);
  EXPECT_EQ(row["size_b"], 100);
  EXPECT_EQ(row["count_b"], 1);
}

}  // namespace
}  // namespace heaptally
