// Selection: what is counted, and the way back.
#include "viewer/model/selection.h"

#include <gtest/gtest.h>

#include <numeric>

#include "core/base/error.h"
#include "tests/viewer/small_recording.h"

namespace heaptally::view {
namespace {

using std::chrono::seconds;

Amount sum(const Snapshot& snapshot) {
  return std::accumulate(snapshot.amounts.begin(), snapshot.amounts.end(), Amount{});
}

class SelectionTest : public ::testing::Test {
 protected:
  Amount measured(const Selection& selection) {
    const Measured result = measure(*recording_, selection);
    return result.before ? sum(result.now) - sum(*result.before) : sum(result.now);
  }

  TestFolder folder_;
  std::shared_ptr<const Recording> recording_ = load_small_run(folder_);
};

TEST_F(SelectionTest, TheWholeRunIsCountedFirst) {
  EXPECT_EQ(measured({}), (Amount{1350, 14}));
  EXPECT_EQ(phrase_of(*recording_, {}, measure(*recording_, {})),
            "live at the peak, 5.500 s (exact)");
}

TEST_F(SelectionTest, ARangeRestrictsWhatWasAllocated) {
  Selection selection;
  selection.metric = ViewMetric::kTotal;
  EXPECT_EQ(measured(selection), (Amount{1350, 14}));
  selection.range = {.from = seconds(2), .to = seconds(4)};
  EXPECT_EQ(measured(selection), (Amount{300, 3}));
  selection.metric = ViewMetric::kGrowth;
  EXPECT_EQ(measured(selection), (Amount{300, 3}));
  EXPECT_TRUE(is_signed(selection));
}

TEST_F(SelectionTest, LiveIsThatOfTheRangesHighestMomentOrItsEnd) {
  Selection selection;
  selection.range = {.from = seconds(0), .to = seconds(2)};
  EXPECT_EQ(measured(selection), (Amount{1000, 10}));
  selection.range = {.from = seconds(0), .to = seconds(4)};
  selection.live_at = LiveAt::kEnd;
  EXPECT_EQ(measured(selection), (Amount{1300, 13}));
}

TEST_F(SelectionTest, EqualSelectionsShowTheSame) {
  Selection a;
  Selection b;
  EXPECT_TRUE(a == b);
  b.filters = {"*/parse.cpp"};
  EXPECT_FALSE(a == b);
  EXPECT_FALSE(a.keeps_as(b));
  EXPECT_FALSE(b.keeps_all());
  b = a;
  b.unit = SortBy::kCount;
  EXPECT_FALSE(a == b);
  EXPECT_TRUE(a.keeps_as(b));
}

TEST_F(SelectionTest, FiltersAreRefusedAsTheCommandLineDoes) {
  Selection selection;
  selection.filters = {":5"};
  EXPECT_THROW(query_of(selection), Error);
}

TEST(ViewMetric, IsReadByName) {
  for (std::size_t i = 0; i < kViewMetrics; ++i) {
    const auto metric = static_cast<ViewMetric>(i);
    EXPECT_EQ(parse_view_metric(name_of(metric)), metric);
  }
  EXPECT_THROW(parse_view_metric("Live"), Error);
}

TEST(History, GoesBackAndForward) {
  History history;
  Selection blocks;
  blocks.unit = SortBy::kCount;
  history.go(blocks);
  history.go(blocks);
  EXPECT_TRUE(history.can_go_back());
  history.back();
  EXPECT_FALSE(history.can_go_back());
  EXPECT_TRUE(history.current() == Selection{});
  history.forward();
  EXPECT_TRUE(history.current() == blocks);
  history.back();
  Selection raw;
  raw.raw = true;
  history.go(raw);
  EXPECT_FALSE(history.can_go_forward());
}

TEST(History, ReplacingIsNoStep) {
  History history;
  Selection raw;
  raw.raw = true;
  history.replace(raw);
  EXPECT_TRUE(history.current() == raw);
  EXPECT_FALSE(history.can_go_back());
}

}  // namespace
}  // namespace heaptally::view
