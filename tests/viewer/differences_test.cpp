// What changed between two moments, and between two recordings.
#include "viewer/model/differences.h"

#include <gtest/gtest.h>

#include "tests/viewer/small_recording.h"
#include "viewer/model/compared_runs.h"

namespace heaptally::view {
namespace {

using std::chrono::seconds;

class DifferencesTest : public ::testing::Test {
 protected:
  // Live: at 2 s parse 1000; at 3 s load 300 more; at 6 s main 50 more.
  DifferenceQuestion between(Nanoseconds from, Nanoseconds to) const {
    return {.before = {.recording = recording_, .time = from},
            .after = {.recording = recording_, .time = to}};
  }

  TestFolder folder_;
  std::shared_ptr<const Recording> recording_ = load_small_run(folder_);
};

TEST_F(DifferencesTest, RowsAreWhatChangedGreatestFirst) {
  const Differences found = find_differences(between(seconds(2), seconds(10)));
  ASSERT_EQ(found.all.rows.size(), 2U);
  EXPECT_EQ(found.label(0), "/src/load.cpp:20");
  EXPECT_EQ(found.all.rows[0].change, (Change{300, 3}));
  EXPECT_EQ(found.label(1), "/src/main.cpp:3");
  EXPECT_EQ(found.all.groups, 3U);
  EXPECT_EQ(found.greatest_bytes, 300U);
  EXPECT_EQ(doubt_of(found), "");
  EXPECT_EQ(summary_of(found),
            "2 of 3 lines changed: 1000 B in 10 blocks, then 1350 B in 14 blocks (+350 B, +4)");
}

TEST_F(DifferencesTest, WhatIsNotExactIsSaid) {
  const Differences found = find_differences(between(std::chrono::milliseconds(2500), seconds(10)));
  EXPECT_EQ(doubt_of(found), "A is as of 2.000 s, the last moment before it that is known");
}

TEST_F(DifferencesTest, BackwardsThingsShrink) {
  const Differences found = find_differences(between(seconds(10), seconds(0)));
  ASSERT_EQ(found.all.rows.size(), 3U);
  EXPECT_TRUE(found.all.rows[0].vanished);
  EXPECT_EQ(found.all.rows[0].change, (Change{-1000, -10}));
  EXPECT_EQ(found.before_of(0), (Amount{1000, 10}));
  EXPECT_EQ(cell_text(found, 0, DifferenceColumn::kChange), "-1000 B");
  EXPECT_EQ(cell_text(found, 0, DifferenceColumn::kCountChange), "-10");
  EXPECT_EQ(cell_text(found, 0, DifferenceColumn::kBefore), "1000 B");
  EXPECT_EQ(cell_text(found, 0, DifferenceColumn::kAfter), "0 B");
}

TEST_F(DifferencesTest, RowsAreSortedAndSearched) {
  const Differences found = find_differences(between(seconds(0), seconds(10)));
  using Rows = std::vector<std::uint32_t>;
  EXPECT_EQ(ordered_rows(found, {}), (Rows{0, 1, 2}));
  EXPECT_EQ(
      ordered_rows(found, {.column = DifferenceColumn::kChange, .descending = false, .search = {}}),
      (Rows{2, 1, 0}));
  EXPECT_EQ(
      ordered_rows(found, {.column = DifferenceColumn::kPlace, .descending = false, .search = {}}),
      (Rows{1, 2, 0}));
  EXPECT_EQ(ordered_rows(found, {.search = "MAIN"}), (Rows{2}));
  EXPECT_EQ(ordered_rows(found, {.search = "nowhere"}), Rows{});
}

TEST_F(DifferencesTest, TheCommandNamesTheMomentsAndFilters) {
  DifferenceQuestion question = between(seconds(0), std::chrono::milliseconds(5500));
  question.filters.filters = {"*/load.cpp"};
  question.filters.unit = SortBy::kCount;
  question.group = Group::kFunction;
  const std::string file = (folder_ / "small.heaptally").string();
  EXPECT_EQ(diff_command(question), "diff " + file +
                                        " --from start --to peak --group function --sort count "
                                        "--filter '*/load.cpp'");
  const Differences found = find_differences(question);
  ASSERT_EQ(found.all.rows.size(), 1U);
  EXPECT_EQ(found.all.rows[0].amount, (Amount{300, 3}));
}

TEST_F(DifferencesTest, OfTwoRecordings) {
  RecordingBuilder other = small_run();
  other.allocate(other.trace({other.line("/src/new.cpp", 1)}), {4000, 4});
  other.data.header.duration = seconds(20);
  write_recording(other, folder_ / "other.heaptally");
  const auto b = load(folder_ / "other.heaptally");
  const DifferenceQuestion question = {
      .before = {.recording = recording_, .time = seconds(10), .is_peak = true},
      .after = {.recording = b, .time = seconds(20), .is_peak = true}};
  const Differences found = find_differences(question);
  ASSERT_EQ(found.all.rows.size(), 1U);
  EXPECT_EQ(found.label(0), "/src/new.cpp:1");
  EXPECT_EQ(found.all.rows[0].change, (Change{4000, 4}));
  const std::string file = (folder_ / "small.heaptally").string();
  EXPECT_EQ(diff_command(question),
            "diff " + file + " " + (folder_ / "other.heaptally").string() + " --at peak");

  const ComparedRuns runs = compare_runs({.a = recording_, .b = b});
  EXPECT_EQ(runs.span().to, seconds(20));
  EXPECT_EQ(compared_columns(runs.heap_a, runs.span(), 10).size(), 5U);
  EXPECT_EQ(compared_columns(runs.heap_b, runs.span(), 10).size(), 10U);
  ASSERT_FALSE(runs.facts.empty());
  EXPECT_EQ(runs.facts[0].a, 1350U);
  EXPECT_EQ(fact_text(runs.facts[0], runs.facts[0].a), "1350 B");
}

}  // namespace
}  // namespace heaptally::view
