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

  std::optional<RunSpread> spread_;

  template <class Write>
  std::string written(Write write, const Query& query = {}, bool with_timelines = false) {
    const Profile a(a_.data, {}), b(b_.data, {});
    const Snapshot before = take_snapshot(a_.data, a_.timeline(), Metric::kLive, {});
    const Snapshot after = take_snapshot(b_.data, b_.timeline(), Metric::kLive, {});
    const Side old_side{a, before}, new_side{b, after};
    const StatisticDifferences rows = compare(old_side, new_side, query);
    const DifferenceReport lines{
        .before = old_side, .after = new_side, .query = query, .differences = rows};
    std::ostringstream out;
    const std::vector<ComparedFact> facts = compare_facts(a, b, query);
    ComparisonReport report{.lines = lines, .facts = facts, .spread = spread_};
    const HeapTimeline timeline_a = timeline_of(a, a_, query),
                       timeline_b = timeline_of(b, b_, query);
    if (with_timelines) {
      report.timelines.emplace(ComparedTimelines{
          .a = timeline_a, .b = timeline_b, .dots = PlotDots::kBlocks, .width = 50, .height = 4});
    }
    write(report, out);
    return out.str();
  }
  static HeapTimeline timeline_of(const Profile& profile, const RecordingBuilder& recording,
                                  const Query& query) {
    return heap_timeline(profile, recording.timeline(), query, Nanoseconds(0),
                         recording.data.header.duration);
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

// A holds 800 B from 2.5 s until 7.5 s; B, which takes half as long, 200 B until 2.5 s, then 400 B.
class ComparedTimelinesReport : public ComparisonReports {
 protected:
  ComparedTimelinesReport() {
    const TallyId a = a_.data.tallies[0].id, b = b_.data.tallies[0].id;
    a_.bucket(2500, 2500, {{a, {800, 1}, {}, {}}});
    a_.bucket(5000, 2500, {{a, {}, {800, 1}, {}}});
    a_.buckets[0].max_live_bytes = a_.buckets[1].max_live_bytes = 800;
    b_.bucket(0, 2500, {{b, {200, 1}, {}, {}}});
    b_.bucket(2500, 2500, {{b, {200, 1}, {}, {}}});
    b_.buckets[0].max_live_bytes = 200;
    b_.buckets[1].max_live_bytes = 400;
    a_.data.header.peak = {800, 1};
    a_.data.header.peak_time = std::chrono::seconds(5);
    b_.data.header.peak = {400, 2};
    b_.data.header.peak_time = std::chrono::seconds(5);
    b_.data.header.duration = std::chrono::seconds(5);
    a_.data.marks.push_back({});
    a_.data.marks.back().time = std::chrono::milliseconds(7500);
    a_.data.marks.back().name = "done";
  }
  static void write(const ComparisonReport& report, std::ostream& out) { write_plot(report, out); }
};

TEST_F(ComparedTimelinesReport, LieOnTheSameAxes) {
  EXPECT_EQ(written(write, {}, true),
            "live bytes over time; a column shows the greatest within it\n"
            "  A ██  peak 800 B at 5.000 s; ends at 10.000 s\n"
            "  B ──  peak 400 B at 5.000 s; ends at 5.000 s\n"
            "    peak                      AB\n"
            "         │          ████████████████████\n"
            "   500 B ┤          ████████████████████\n"
            "         │          ──────────██████████\n"
            "         │──────────████████████████████\n"
            "     0 B └┬───────────────────┬───────────────────\n"
            "          0 s                 5 s\n"
            "     end                      B                  A\n"
            " marks A                                ▲done\n");
}

// As small and as short as it may be, B is there.
TEST_F(ComparedTimelinesReport, OfVeryDifferentRuns) {
  b_.buckets.clear();
  b_.bucket(0, 10, {{b_.data.tallies[0].id, {1, 1}, {}, {}}});
  b_.buckets[0].max_live_bytes = 1;
  b_.data.header.duration = std::chrono::milliseconds(10);
  b_.data.header.peak = {1, 1};
  b_.data.header.peak_time = std::chrono::milliseconds(5);
  const std::string text = written(write, {}, true);
  EXPECT_NE(text.find("  B ──  peak 1 B at 5.0 ms; ends at 10.0 ms\n"
                      "    peak  B                   A\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\n         │─         ████████████████████\n     0 B └┬"), std::string::npos)
      << text;
  EXPECT_NE(text.find("\n     end  B                                      A\n"), std::string::npos)
      << text;
}

TEST_F(ComparedTimelinesReport, TellOfFilters) {
  Query query;
  query.filters.push_back(parse_filter("new.cpp", true, false));
  EXPECT_EQ(written(write, query, true),
            "live bytes over time; a column shows the greatest within it\n"
            "with filters at edges of time buckets, between which there may be more\n"
            "  A ██  nothing live; ends at 10.000 s\n"
            "  B ──  nothing live; ends at 5.000 s\n");
  const std::string text =
      written([](const auto& report, auto& out) { write_text(report, out); }, query, true);
  EXPECT_NE(text.find("# only --filter 'new.cpp'; but times and RSS are those of the whole runs\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\nlive at peak             0 B          50 B  none before\n"),
            std::string::npos)
      << text;
}

// 256 stretches of 10 s / 256; of B a half.
TEST_F(ComparedTimelinesReport, AsJson) {
  const nlohmann::json answer = nlohmann::json::parse(
      written([](const auto& report, auto& out) { write_json(report, out); }, {}, true));
  const nlohmann::json& timeline = answer["timeline"];
  ASSERT_EQ(timeline.size(), 256u);
  EXPECT_EQ(timeline[0]["start_ns"], 0);
  EXPECT_EQ(timeline[0]["end_ns"], 39'062'500);
  EXPECT_EQ(timeline[255]["end_ns"], 10'000'000'000);
  for (std::size_t i = 0; i < 256; ++i) {
    const bool holds = i >= 64 && i < 192;
    EXPECT_EQ(timeline[i]["max_live_bytes_a"], holds ? 800 : 0) << i;
    if (i < 128) {
      EXPECT_EQ(timeline[i]["max_live_bytes_b"], i < 64 ? 200 : 400) << i;
    } else {
      EXPECT_TRUE(timeline[i]["max_live_bytes_b"].is_null()) << i;
    }
  }
  EXPECT_EQ(answer["a"]["timeline_peak"]["bytes"], 800);
  EXPECT_EQ(answer["b"]["timeline_peak"]["ns"], 5'000'000'000);
  EXPECT_EQ(answer["recorded_maxima"], true);
  EXPECT_EQ(answer["differences"].size(), 4u);
}

TEST_F(ComparisonReports, OfSeveralRunsTellTheirSpread) {
  using std::chrono::milliseconds;
  spread_ = {.runs = 5,
             .least_a = milliseconds(90),
             .most_a = milliseconds(120),
             .least_b = milliseconds(40),
             .most_b = milliseconds(1500)};
  const std::string text = written([](const auto& report, auto& out) { write_text(report, out); });
  EXPECT_NE(text.find("\n# of 5 runs of each the ones of median wall time; A took 90.0 ms to "
                      "120.0 ms, B 40.0 ms to 1.500 s\n"),
            std::string::npos)
      << text;
  const nlohmann::json answer = nlohmann::json::parse(
      written([](const auto& report, auto& out) { write_json(report, out); }));
  EXPECT_EQ(answer["runs"], 5);
  EXPECT_EQ(answer["a"]["wall_least_ns"], 90'000'000);
  EXPECT_EQ(answer["b"]["wall_most_ns"], 1'500'000'000);
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
  EXPECT_TRUE(answer["timeline"].empty());
  EXPECT_FALSE(answer["a"].contains("timeline_peak"));
  EXPECT_FALSE(answer.contains("runs"));
  const nlohmann::json& row = answer["differences"][1];
  EXPECT_EQ(row["label"], "kept.cpp:1");
  EXPECT_EQ(row["size_a"], 400);
  EXPECT_EQ(row["count_a"], 4);
  EXPECT_EQ(row["size_b"], 100);
  EXPECT_EQ(row["count_b"], 1);
}

}  // namespace
}  // namespace heaptally
