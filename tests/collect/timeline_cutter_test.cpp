#include "core/collect/timeline_cutter.h"

#include <gtest/gtest.h>

namespace heaptally {
namespace {

TEST(TimelineCutter, BucketsFollowOneAnotherAndGrowWider) {
  Tallies tallies;
  ProcessTally process;
  TimelineCutter timeline(tallies);
  const TallyId tally = tallies.tally_of(TraceId{1}, TaskId{0}, SizeClass{4});
  constexpr Nanoseconds kMinute = std::chrono::minutes(1);
  for (Nanoseconds now{0}; now < kMinute; now += std::chrono::microseconds(700)) {
    if (now >= timeline.end()) timeline.close(now);
    tallies.allocate(tally, 8, now, process);
  }
  timeline.close(kMinute);
  const std::vector<Bucket> buckets = timeline.take();
  ASSERT_FALSE(buckets.empty());
  EXPECT_EQ(buckets.front().width, std::chrono::milliseconds(1));
  Nanoseconds end{0};
  Amount sum;
  for (const Bucket& bucket : buckets) {
    EXPECT_GE(bucket.start, end);
    EXPECT_EQ(bucket.start % bucket.width, Nanoseconds(0));
    end = bucket.start + bucket.width;
    sum += bucket.deltas.at(0).allocated;
  }
  EXPECT_EQ(sum, tallies.total());
  // Until 1,024 times a width have passed: 1.024 s, 2.048 s, ... 32.768 s.
  EXPECT_LT(buckets.size(), 6 * 1024u);
  EXPECT_EQ(buckets.back().width, std::chrono::milliseconds(64));
  EXPECT_TRUE(timeline.take().empty());
}

TEST(TimelineCutter, NothingIsCutWhereNothingHappened) {
  Tallies tallies;
  TimelineCutter timeline(tallies);
  timeline.close(std::chrono::seconds(3));
  EXPECT_TRUE(timeline.take().empty());
}

}  // namespace
}  // namespace heaptally
