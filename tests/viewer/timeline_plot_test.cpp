// What the timeline is drawn from: lines over time, columns of pixels, a range that is dragged.
#include "viewer/model/timeline_plot.h"

#include <gtest/gtest.h>

#include "tests/viewer/small_recording.h"

namespace heaptally::view {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// 10 s. parse.cpp:7 holds 1000 bytes from 2 s on, load.cpp:20 300 bytes from 3 s on, main.cpp:3
// 50 bytes from 6 s on.
class HeapStackTest : public ::testing::Test {
 protected:
  HeapStack stack(std::size_t series = 7, const Selection& selection = {}) const {
    return stack_heap(recording_, selection, series);
  }

  TestFolder folder_;
  std::shared_ptr<const Recording> recording_ = load_small_run(folder_);
};

TEST_F(HeapStackTest, LinesAreInTheOrderOfTheirOwnHighestMoment) {
  const HeapStack all = stack();
  ASSERT_EQ(all.series.size(), 3U);
  EXPECT_EQ(all.series[0].label, "/src/parse.cpp:7");
  EXPECT_EQ(all.series[0].highest, 1000U);
  EXPECT_EQ(all.series[0].highest_time, seconds(2));
  EXPECT_EQ(all.series[1].label, "/src/load.cpp:20");
  EXPECT_EQ(all.series[2].highest, 50U);
  EXPECT_FALSE(all.has_others);
  EXPECT_EQ(all.series[1].live, (std::vector<std::uint64_t>{0, 300, 300}));
}

TEST_F(HeapStackTest, WhatHasNoSeriesIsWithTheOthers) {
  const HeapStack first = stack(1);
  ASSERT_EQ(first.series.size(), 1U);
  EXPECT_TRUE(first.has_others);
  const MomentReading reading = reading_at(first, seconds(7));
  EXPECT_EQ(reading.live, (Amount{1350, 14}));
  EXPECT_EQ(reading.series, (std::vector<std::uint64_t>{1000}));
  EXPECT_EQ(reading.others, 350U);
}

TEST_F(HeapStackTest, FiltersCount) {
  Selection selection;
  selection.filters = {"*/load.cpp"};
  const HeapStack filtered = stack(7, selection);
  ASSERT_EQ(filtered.series.size(), 1U);
  EXPECT_EQ(filtered.heap.peak.bytes, 300U);
  EXPECT_EQ(filtered.series[0].live.size(), filtered.heap.rows.size());
  EXPECT_EQ(reading_at(filtered, seconds(9)).live.bytes, 300U);
}

TEST_F(HeapStackTest, TheRangeAndTheMetricAskForTheSameTimeline) {
  Selection selection;
  selection.range = TimeSpan{.from = seconds(1), .to = seconds(2)};
  selection.metric = ViewMetric::kTotal;
  selection.unit = SortBy::kCount;
  EXPECT_EQ(stack_question(selection), stack_question({}));
  selection.filters = {"x"};
  EXPECT_FALSE(stack_question(selection) == stack_question({}));
}

TEST_F(HeapStackTest, AReadingWithinABucketIsThatOfItsStart) {
  const MomentReading reading = reading_at(stack(), milliseconds(2500));
  EXPECT_EQ(reading.edge, seconds(2));
  EXPECT_EQ(reading.live.bytes, 1000U);
  EXPECT_EQ(reading.bytes_rate, 300.0);  // of the bucket around it, which is a second long
  EXPECT_EQ(reading.count_rate, 3.0);
  EXPECT_FALSE(reading.rss);
}

TEST_F(HeapStackTest, AReadingBetweenBucketsIsOfItsMoment) {
  const MomentReading reading = reading_at(stack(), seconds(4));
  EXPECT_EQ(reading.edge, seconds(4));
  EXPECT_EQ(reading.live.bytes, 1300U);
  EXPECT_EQ(reading.bytes_rate, 0.0);
  EXPECT_EQ(reading_at(stack(), seconds(0)).live, Amount{});
}

TEST_F(HeapStackTest, ColumnsStackTheLines) {
  const HeapStack all = stack();
  const StackColumns plot = stack_columns(all, all.heap.span(), 10);
  ASSERT_EQ(plot.bands, 4U);
  ASSERT_EQ(plot.tops.size(), 4U);
  // The second from 7 to 8: nothing changes in it.
  EXPECT_EQ(plot.tops[0][7], 1000U);
  EXPECT_EQ(plot.tops[1][7], 1300U);
  EXPECT_EQ(plot.tops[2][7], 1350U);
  EXPECT_EQ(plot.tops[3][7], 1350U);
  EXPECT_EQ(plot.tops[3][0], 0U);
  // The second from 1 to 2 has the edge at its end.
  EXPECT_EQ(plot.tops[3][1], 1000U);
  EXPECT_EQ(plot.highest, 1350U);
  EXPECT_EQ(plot.rate[1], 1000U);
  EXPECT_EQ(plot.rate[4], 0U);
  EXPECT_TRUE(plot.rss.empty());
}

TEST_F(HeapStackTest, ColumnsNarrowerThanABucketLieOnALineBetweenItsEdges) {
  const HeapStack all = stack();
  // Within the bucket from 1 s to 2 s, in which parse.cpp:7 goes from 0 to 1000.
  const StackColumns plot =
      stack_columns(all, {.from = milliseconds(1000), .to = milliseconds(1100)}, 10);
  EXPECT_EQ(plot.tops[0][4], 45U);  // in the middle of its column
  EXPECT_EQ(plot.tops[0][9], 95U);
  EXPECT_EQ(plot.rate[5], 1000U);
}

TEST_F(HeapStackTest, OneColumnHoldsTheWholeRun) {
  const HeapStack all = stack();
  const StackColumns plot = stack_columns(all, all.heap.span(), 1);
  EXPECT_EQ(plot.tops[3][0], 1350U);
  EXPECT_EQ(plot.rate[0], 135U);
}

TEST(HeapStack, OfARunInWhichNothingHappened) {
  const TestFolder folder;
  write_recording(RecordingBuilder(), folder / "empty.heaptally");
  const HeapStack stack = stack_heap(load(folder / "empty.heaptally"), {}, 7);
  EXPECT_TRUE(stack.series.empty());
  EXPECT_FALSE(stack.has_others);
  const StackColumns plot = stack_columns(stack, stack.heap.span(), 5);
  EXPECT_EQ(plot.highest, 0U);
  EXPECT_EQ(reading_at(stack, seconds(1)).live, Amount{});
}

TEST(FittingLabels, ThoseThatComeFirstStay) {
  const std::vector<bool> fits =
      fitting_labels({{.from = 10, .to = 20}, {.from = 15, .to = 30}, {.from = 23, .to = 40}}, 2);
  EXPECT_EQ(fits, (std::vector<bool>{true, false, true}));
  const std::vector<bool> tight =
      fitting_labels({{.from = 10, .to = 20}, {.from = 21, .to = 30}}, 2);
  EXPECT_EQ(tight, (std::vector<bool>{true, false}));
}

TEST(RangeDrag, GoesFromWhereItBeganInEitherDirection) {
  RangeDrag drag;
  drag.press(seconds(4), {}, milliseconds(100));
  ASSERT_TRUE(drag.is_on());
  EXPECT_FALSE(drag.range_to(seconds(4)));
  EXPECT_EQ(drag.range_to(seconds(6))->from, seconds(4));
  EXPECT_EQ(drag.range_to(seconds(6))->to, seconds(6));
  EXPECT_EQ(drag.range_to(seconds(1))->from, seconds(1));
  EXPECT_EQ(drag.range_to(seconds(1))->to, seconds(4));
  drag.release();
  EXPECT_FALSE(drag.is_on());
}

TEST(RangeDrag, TakesHoldOfAnEdgeThatIsNear) {
  const TimeSpan range = {.from = seconds(2), .to = seconds(5)};
  RangeDrag drag;
  drag.press(milliseconds(5050), range, milliseconds(100));
  EXPECT_EQ(drag.fixed(), seconds(2));
  drag.press(milliseconds(1950), range, milliseconds(100));
  EXPECT_EQ(drag.fixed(), seconds(5));
  drag.press(seconds(3), range, milliseconds(100));
  EXPECT_EQ(drag.fixed(), seconds(3));
}

}  // namespace
}  // namespace heaptally::view
