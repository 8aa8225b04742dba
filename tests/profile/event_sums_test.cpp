#include "core/profile/event_sums.h"

#include <gtest/gtest.h>

#include <random>

#include "core/base/error.h"
#include "tests/profile/log_builder.h"

namespace heaptally {
namespace {

Moment of(Moment::Kind kind) { return {.kind = kind, .text = "moment"}; }

// Two tallies of two processes over 1000 ns.
class EventSumsTest : public testing::Test {
 protected:
  EventSumsTest() {
    const ProcessId child = recording_.process(101, "child");
    const TaskId thread = recording_.task("main", 101, 1, child);
    const TraceId trace = recording_.trace({recording_.line("a.cpp", 1)});
    a_ = recording_.tally(trace, {});
    b_ = recording_.tally(trace, {}, thread);
    recording_.data.header.duration = Nanoseconds(1000);
    recording_.data.header.has_log = true;
  }

  // Blocks 0 to 4. The peak is at 300 ns, 170 bytes, between two other events of that time.
  void fill() {
    log_.allocate(100, a_, 10);
    log_.allocate(200, b_, 100);
    log_.allocate(300, a_, 60);
    log_.end(300, 0);
    log_.allocate(300, b_, 5);
    log_.end(400, 2, LogKind::kFreedTemporary);
    log_.allocate(500, a_, 7);
    log_.end(600, 1, LogKind::kEnded);
    log_.end(600, 3, LogKind::kEnded);
    recording_.data.header.peak_time = Nanoseconds(300);
    recording_.data.header.peak = {170, 3};
    recording_.data.processes[1].peak_time = Nanoseconds(300);
    recording_.data.processes[1].peak = {105, 2};
  }
  Snapshot take(Metric metric, const Moment& moment) {
    return take_snapshot(recording_.data, recording_.timeline(), metric, moment, log_.source());
  }
  Snapshot kept(const Moment& from, const Moment& to) {
    return kept_between(recording_.data, log_.source(), from, to);
  }

  RecordingBuilder recording_;
  LogBuilder log_;
  TallyId a_{}, b_{};
};

TEST_F(EventSumsTest, SumsARange) {
  fill();
  const EventSums all =
      sum_events(log_.source(), 2, {.from = Nanoseconds(0), .to = Nanoseconds(1000)});
  EXPECT_EQ(all.allocated, (std::vector<Amount>{{77, 3}, {105, 2}}));
  EXPECT_EQ(all.gone, (std::vector<Amount>{{70, 2}, {105, 2}}));
  EXPECT_EQ(all.temporary, (std::vector<Amount>{{60, 1}, {}}));
  EXPECT_EQ(all.kept, (std::vector<Amount>{{7, 1}, {105, 2}}));
  const EventSums some =
      sum_events(log_.source(), 2, {.from = Nanoseconds(200), .to = Nanoseconds(400)});
  EXPECT_EQ(some.allocated, (std::vector<Amount>{{60, 1}, {105, 2}}));
  EXPECT_EQ(some.gone, (std::vector<Amount>{{10, 1}, {}}));
  // Block 0 is of before the range.
  EXPECT_EQ(some.kept, (std::vector<Amount>{{60, 1}, {105, 2}}));
}

TEST_F(EventSumsTest, ThePeakIsFoundAmongEventsOfItsTime) {
  fill();
  const EventRange run = until_peak(recording_.data, log_.source(), std::nullopt);
  EXPECT_EQ(run.end, 3u);
  EXPECT_EQ(run.to, Nanoseconds(301));
  EXPECT_EQ(until_peak(recording_.data, log_.source(), ProcessId{1}).end, 5u);
}

TEST_F(EventSumsTest, EveryMomentIsExact) {
  fill();
  for (const Bucket& bucket : log_.buckets(250)) recording_.buckets.push_back(bucket);
  const Snapshot live = take(Metric::kLive, at(301));
  EXPECT_TRUE(live.exact);
  EXPECT_EQ(live.time, Nanoseconds(301));
  EXPECT_EQ(live.amounts, (std::vector<Amount>{{60, 1}, {105, 2}}));
  EXPECT_EQ(take(Metric::kLive, at(300)).amounts, (std::vector<Amount>{{10, 1}, {100, 1}}));
  EXPECT_EQ(take(Metric::kLive, at(601)).amounts, (std::vector<Amount>{{7, 1}, {}}));
  EXPECT_EQ(take(Metric::kTotal, at(301)).amounts, (std::vector<Amount>{{70, 2}, {105, 2}}));
  EXPECT_EQ(take(Metric::kTemporary, at(401)).amounts, (std::vector<Amount>{{60, 1}, {}}));
  // The peak's own allocation counts, what came after it at the same time does not.
  const Snapshot total = take(Metric::kTotal, of(Moment::Kind::kPeak));
  EXPECT_EQ(total.time, Nanoseconds(300));
  EXPECT_EQ(total.amounts, (std::vector<Amount>{{70, 2}, {100, 1}}));
  const Snapshot between = take_snapshot_between(recording_.data, recording_.timeline(),
                                                 Metric::kTotal, at(150), at(450), log_.source());
  EXPECT_EQ(between.amounts, (std::vector<Amount>{{60, 1}, {105, 2}}));
  EXPECT_EQ(between.from_time, Nanoseconds(150));
  EXPECT_TRUE(between.exact);
}

TEST_F(EventSumsTest, WithoutALogTheLastEdgeIsTaken) {
  fill();
  for (const Bucket& bucket : log_.buckets(250)) recording_.buckets.push_back(bucket);
  const Snapshot live =
      take_snapshot(recording_.data, recording_.timeline(), Metric::kLive, at(301));
  EXPECT_EQ(live.time, Nanoseconds(250));
}

TEST_F(EventSumsTest, KeptIsWhatWasAllocatedAndNotFreed) {
  fill();
  const Snapshot some = kept(at(200), at(401));
  EXPECT_EQ(some.amounts, (std::vector<Amount>{{}, {105, 2}}));
  EXPECT_TRUE(some.exact);
  EXPECT_EQ(some.from_time, Nanoseconds(200));
  EXPECT_EQ(some.time, Nanoseconds(401));
  // What a process held as it ended was not freed.
  EXPECT_EQ(kept(at(0), of(Moment::Kind::kEnd)).amounts, (std::vector<Amount>{{7, 1}, {105, 2}}));
  EXPECT_EQ(kept(at(0), of(Moment::Kind::kPeak)).amounts, (std::vector<Amount>{{70, 2}, {100, 1}}));
  EXPECT_EQ(kept(of(Moment::Kind::kPeak), at(301)).amounts, (std::vector<Amount>{{}, {5, 1}}));
  EXPECT_EQ(kept(at(300), at(300)).amounts, (std::vector<Amount>{{}, {}}));
}

TEST_F(EventSumsTest, KeptRefusesWhatItCannotTell) {
  fill();
  EXPECT_THROW(kept(at(400), at(300)), Error);
  EXPECT_THROW(kept(at(0), at(1001)), Error);
  try {
    kept_between(recording_.data, {}, at(0), at(100));
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("heaptally record --log"), std::string::npos);
    EXPECT_EQ(error.code(), ExitCode::kFailed);
  }
}

// Against the plainest count.
TEST_F(EventSumsTest, RandomRangesAreWhatACountGives) {
  std::mt19937_64 random(5);
  std::vector<LogEvent> events;
  std::vector<LogBlock> blocks;
  std::vector<std::uint64_t> live;
  std::int64_t time = 0;
  for (int i = 0; i < 2'000; ++i) {
    time += static_cast<std::int64_t>(random() % 2);
    if (live.empty() || random() % 2 == 0) {
      const TallyId tally = random() % 2 == 0 ? a_ : b_;
      const std::uint64_t size = random() % 100;
      live.push_back(log_.allocate(time, tally, size));
      blocks.push_back({Nanoseconds(time), 0, size, tally});
      events.push_back({Nanoseconds(time), live.back(), LogKind::kAllocated});
      continue;
    }
    const std::size_t which = random() % live.size();
    const auto kind = static_cast<LogKind>(1 + random() % 3);
    log_.end(time, live[which], kind);
    events.push_back({Nanoseconds(time), live[which], kind});
    live.erase(live.begin() + static_cast<std::ptrdiff_t>(which));
  }
  recording_.data.header.duration = Nanoseconds(time + 1);
  for (const Bucket& bucket : log_.buckets(64)) recording_.buckets.push_back(bucket);
  for (int i = 0; i < 200; ++i) {
    std::int64_t from = static_cast<std::int64_t>(random() % time);
    std::int64_t to = static_cast<std::int64_t>(random() % time);
    if (from > to) std::swap(from, to);
    std::vector<Amount> kept_then(2), live_then(2);
    for (const LogEvent& event : events) {
      const LogBlock& block = blocks[event.block];
      const Amount amount = {block.size, 1};
      if (event.time >= Nanoseconds(to)) break;
      Amount& kept_of = kept_then[index_of(block.tally)];
      Amount& live_of = live_then[index_of(block.tally)];
      const bool is_allocation = event.kind == LogKind::kAllocated;
      is_allocation ? live_of += amount : live_of -= amount;
      if (block.birth < Nanoseconds(from)) continue;
      if (is_allocation) kept_of += amount;
      if (!is_allocation && event.kind != LogKind::kEnded) kept_of -= amount;
    }
    EXPECT_EQ(kept(at(from), at(to)).amounts, kept_then) << from << " " << to;
    EXPECT_EQ(take(Metric::kLive, at(to)).amounts, live_then) << to;
  }
}

}  // namespace
}  // namespace heaptally
