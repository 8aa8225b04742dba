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

class MarkedTimeline : public testing::Test {
 protected:
  void allocate(std::uint64_t size) { tallies_.allocate(tally_, size, {}, process_); }
  std::uint64_t allocated(const Bucket& bucket) { return bucket.deltas.at(0).allocated.bytes; }

  Tallies tallies_;
  ProcessTally process_;
  TimelineCutter timeline_{tallies_};
  const TallyId tally_ = tallies_.tally_of(TraceId{1}, TaskId{0}, SizeClass{4});
};

TEST_F(MarkedTimeline, BucketsEndAtMarks) {
  allocate(1);
  timeline_.mark("a", ProcessId{0}, Nanoseconds(300'000));
  timeline_.mark("b", ProcessId{1}, Nanoseconds(300'000));  // nothing came between
  allocate(2);
  timeline_.mark("c", ProcessId{0}, Nanoseconds(300'000));  // but something did here
  allocate(4);
  timeline_.advance(Nanoseconds(1'000'000));
  allocate(8);
  timeline_.mark("d", ProcessId{0}, Nanoseconds(7'500'000));
  const std::vector<Mark> marks = timeline_.take_marks();
  ASSERT_EQ(marks.size(), 4u);
  EXPECT_EQ(marks[1].process, ProcessId{1});
  const Nanoseconds times[] = {Nanoseconds(300'000), Nanoseconds(300'000), Nanoseconds(300'001),
                               Nanoseconds(7'500'000)};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(marks[i].time, times[i]) << i;
  const std::vector<Bucket> buckets = timeline_.take();
  ASSERT_EQ(buckets.size(), 4u);
  const std::int64_t edges[][2] = {
      {0, 300'000}, {300'000, 300'001}, {300'001, 1'000'000}, {1'000'000, 2'000'000}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(buckets[i].start.count(), edges[i][0]) << i;
    EXPECT_EQ((buckets[i].start + buckets[i].width).count(), edges[i][1]) << i;
    EXPECT_EQ(allocated(buckets[i]), std::uint64_t{1} << i);
  }
  EXPECT_EQ(timeline_.end(), Nanoseconds(8'000'000));
}

TEST_F(MarkedTimeline, MarksToComeAreSetAtTheirTime) {
  timeline_.mark_at("soon", ProcessId{0}, Nanoseconds(400'000));
  timeline_.mark_at("later", ProcessId{0}, Nanoseconds(5'250'000));
  EXPECT_EQ(timeline_.end(), Nanoseconds(400'000));
  allocate(1);
  timeline_.advance(Nanoseconds(900'000));
  allocate(2);
  EXPECT_EQ(timeline_.end(), Nanoseconds(1'000'000));
  timeline_.advance(Nanoseconds(9'000'000));
  allocate(4);
  timeline_.close(Nanoseconds(9'000'000));
  const std::vector<Mark> marks = timeline_.take_marks();
  ASSERT_EQ(marks.size(), 2u);
  EXPECT_EQ(marks[0].time, Nanoseconds(400'000));
  EXPECT_EQ(marks[1].time, Nanoseconds(5'250'000));
  const std::vector<Bucket> buckets = timeline_.take();
  ASSERT_EQ(buckets.size(), 3u);
  EXPECT_EQ(buckets[0].width, Nanoseconds(400'000));
  EXPECT_EQ(buckets[1].start, Nanoseconds(400'000));
  EXPECT_EQ(allocated(buckets[1]), 2u);
  EXPECT_EQ(buckets[2].start, Nanoseconds(9'000'000));
}

TEST_F(MarkedTimeline, MarksBeyondTheMostAreCounted) {
  for (std::size_t i = 0; i < TimelineCutter::kMostMarks + 3; ++i) {
    allocate(1);
    timeline_.mark("many", ProcessId{0}, Nanoseconds(static_cast<std::int64_t>(i) * 1000));
  }
  EXPECT_EQ(timeline_.take_marks().size(), TimelineCutter::kMostMarks);
  EXPECT_EQ(timeline_.dropped_marks(), 3u);
}

TEST_F(MarkedTimeline, PeriodicMarksComeAtTheirTimesBetweenOthers) {
  timeline_.mark_every(Nanoseconds(2'500'000), "snapshot", ProcessId{0});
  EXPECT_EQ(timeline_.end(), Nanoseconds(1'000'000));
  allocate(1);
  timeline_.mark_at("other", ProcessId{1}, Nanoseconds(2'600'000));
  timeline_.advance(Nanoseconds(5'100'000));
  EXPECT_EQ(timeline_.end(), Nanoseconds(6'000'000));
  timeline_.advance(Nanoseconds(7'499'999));
  EXPECT_EQ(timeline_.end(), Nanoseconds(7'500'000));
  const std::vector<Mark> marks = timeline_.take_marks();
  ASSERT_EQ(marks.size(), 3u);
  EXPECT_EQ(marks[0].time, Nanoseconds(2'500'000));
  EXPECT_EQ(marks[1].name, "other");
  EXPECT_EQ(marks[2].time, Nanoseconds(5'000'000));
  EXPECT_EQ(marks[2].name, "snapshot");
}

TEST_F(MarkedTimeline, PeriodicMarksLeaveRoomForOthers) {
  timeline_.mark_every(Nanoseconds(1'000'000), "snapshot", ProcessId{0});
  timeline_.advance(std::chrono::seconds(4));
  EXPECT_EQ(timeline_.take_marks().size(), TimelineCutter::kMostPeriodic);
  EXPECT_EQ(timeline_.dropped_marks(), 4000 - TimelineCutter::kMostPeriodic);
  timeline_.mark("other", ProcessId{0}, std::chrono::seconds(4));
  EXPECT_EQ(timeline_.take_marks().size(), 1u);
}

TEST_F(MarkedTimeline, TheBucketSoFarStaysWhereItIs) {
  allocate(1);
  timeline_.mark("a", ProcessId{0}, Nanoseconds(300'000));
  allocate(2);
  for (int i = 0; i < 2; ++i) {
    const Bucket bucket = timeline_.bucket_so_far();
    EXPECT_EQ(bucket.start, Nanoseconds(300'000));
    EXPECT_EQ(bucket.width, Nanoseconds(700'000));
    EXPECT_EQ(allocated(bucket), 2u);
    EXPECT_EQ(bucket.max_live_bytes, 3u);
  }
  timeline_.close(Nanoseconds(1'000'000));
  EXPECT_EQ(allocated(timeline_.take().back()), 2u);
  EXPECT_TRUE(timeline_.bucket_so_far().deltas.empty());
}

TEST(TimelineCutter, NothingIsCutWhereNothingHappened) {
  Tallies tallies;
  TimelineCutter timeline(tallies);
  timeline.close(std::chrono::seconds(3));
  EXPECT_TRUE(timeline.take().empty());
}

}  // namespace
}  // namespace heaptally
