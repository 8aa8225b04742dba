#include "core/collect/ring_merger.h"

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/collect/ring_of_events.h"

namespace heaptally {
namespace {

using wire::EventKind;

struct Received {
  std::uint64_t stamp;
  std::uint32_t lane;
  bool operator==(const Received&) const = default;
};

class RingMergerTest : public testing::Test {
 protected:
  RingMergerTest() { merger_.add(memory_, kSource); }

  std::vector<Received> drain(std::uint64_t now) {
    received_.clear();
    merger_.drain(now, sink_);
    return received_;
  }

  static constexpr RingMerger::Source kSource = 5;
  static constexpr std::uint32_t kOtherLanes = 1000;  // of other memories
  SharedMemory memory_{SharedMemoryOptions{}};
  RingMerger merger_{/*slack=*/10, /*stuck_after=*/1000};
  std::vector<Received> received_;
  RingMerger::Sink sink_ = [this](std::span<const MergedEvent> events) {
    for (const auto& [event, source, lane] : events) {
      EXPECT_EQ(source == kSource, lane < kOtherLanes);
      received_.push_back({event.stamp, lane});
    }
  };
};

TEST_F(RingMergerTest, MergesRingsByStamp) {
  TestRing a(memory_, 0), b(memory_, 1), nested(memory_, 1, true);
  for (std::uint64_t stamp : {10, 40, 50}) a.send(make_event(EventKind::kFree, stamp, 16));
  for (std::uint64_t stamp : {20, 60}) b.send(make_event(EventKind::kFree, stamp, 16));
  nested.send(make_event(EventKind::kFree, 30, 16));
  const std::vector<Received> expected = {{10, 0}, {20, 1}, {30, 1}, {40, 0}, {50, 0}, {60, 1}};
  EXPECT_EQ(drain(1000), expected);
  EXPECT_EQ(merger_.counts().nested, 1u);
  EXPECT_TRUE(drain(1000).empty());
}

TEST_F(RingMergerTest, HoldsBackWhatIsYoungerThanTheSlack) {
  TestRing ring(memory_, 0);
  ring.send(make_event(EventKind::kFree, 90, 16));
  ring.send(make_event(EventKind::kFree, 95, 16));
  EXPECT_EQ(drain(104), (std::vector<Received>{{90, 0}}));
  EXPECT_EQ(drain(106), (std::vector<Received>{{95, 0}}));
}

TEST_F(RingMergerTest, HoldsBackWhatAPendingEventMayPrecede) {
  TestRing slow(memory_, 0), fast(memory_, 1);
  slow.set_pending(50);
  fast.send(make_event(EventKind::kFree, 40, 16));
  fast.send(make_event(EventKind::kFree, 60, 16));
  EXPECT_EQ(drain(200), (std::vector<Received>{{40, 1}}));
  slow.send(make_event(EventKind::kFree, 55, 16));
  EXPECT_EQ(drain(201), (std::vector<Received>{{55, 0}, {60, 1}}));
}

TEST_F(RingMergerTest, DoesNotWaitForeverForAPendingThatIsStuck) {
  TestRing dead(memory_, 0), alive(memory_, 1);
  dead.set_pending(50);
  alive.send(make_event(EventKind::kFree, 60, 16));
  EXPECT_TRUE(drain(100).empty());
  EXPECT_TRUE(drain(1099).empty());
  EXPECT_EQ(drain(1100).size(), 1u);
}

TEST_F(RingMergerTest, GivesSlotsBackAndWakesTheProducer) {
  TestRing ring(memory_, 0);
  for (std::uint64_t i = 1; i <= wire::kRingSlots; ++i) {
    ring.send(make_event(EventKind::kFree, i, 16));
  }
  EXPECT_FALSE(ring.has_room());
  ring.header().waiting.store(1);
  EXPECT_EQ(drain(1'000'000).size(), wire::kRingSlots);
  EXPECT_TRUE(ring.has_room());
  EXPECT_EQ(ring.header().waiting.load(), 0u);
}

TEST_F(RingMergerTest, WakesTheProducerOnceHalfTheRingIsFree) {
  TestRing ring(memory_, 0);
  for (std::uint64_t i = 1; i <= wire::kRingSlots; ++i) {
    ring.send(make_event(EventKind::kFree, i, 16));
  }
  ring.header().waiting.store(1);
  std::uint64_t received = 0, woken_after = 0;
  merger_.drain(1'000'000, [&](std::span<const MergedEvent> events) {
    received += events.size();
    if (woken_after == 0 && ring.header().waiting.load() == 0) woken_after = received;
  });
  EXPECT_GE(woken_after, wire::kRingSlots / 2);
  EXPECT_LT(woken_after, wire::kRingSlots);
}

TEST_F(RingMergerTest, WakesTheProducerIfLessCanBeFreed) {
  TestRing full(memory_, 0), slow(memory_, 1);
  for (std::uint64_t i = 1; i <= wire::kRingSlots; ++i) {
    full.send(make_event(EventKind::kFree, i, 16));
  }
  slow.set_pending(2'001);
  full.header().waiting.store(1);
  EXPECT_EQ(drain(1'000'000).size(), 2'000u);
  EXPECT_EQ(full.header().waiting.load(), 0u);
  EXPECT_TRUE(full.has_room());
}

TEST_F(RingMergerTest, CountsAndSkipsWhatMakesNoSense) {
  TestRing ring(memory_, 0);
  wire::Event wrong = make_event(EventKind::kFree, 5, 16);
  wrong.kind = static_cast<EventKind>(77);
  ring.send(wrong);
  ring.send(make_event(EventKind::kAllocate, 6, 0, 8));       // no block is at address 0
  constexpr std::uint64_t kNowhere = std::uint64_t{1} << 47;  // no program has memory there
  ring.send(make_event(EventKind::kAllocate, 7, kNowhere, 8));
  ring.send(make_event(EventKind::kFree, 8, kNowhere));
  ring.send(make_event(EventKind::kAllocate, 9, 16, kNowhere + 1));
  ring.send(make_event(EventKind::kFree, 10, 16));
  EXPECT_EQ(drain(1000).size(), 1u);
  EXPECT_EQ(merger_.counts().rejected, 5u);
}

TEST_F(RingMergerTest, RejectsWhatWasNeverStamped) {
  TestRing ring(memory_, 0);
  ring.send(make_event(EventKind::kFree, 90, 16));
  ring.send(make_event(EventKind::kFree, std::uint64_t{1} << 62, 16));
  ring.send(make_event(EventKind::kFree, 95, 16));
  // It may have been stamped after the clock was read; when it is seen again it was not.
  EXPECT_EQ(drain(1000), (std::vector<Received>{{90, 0}}));
  EXPECT_EQ(drain(1001), (std::vector<Received>{{95, 0}}));
  EXPECT_EQ(merger_.counts().rejected, 1u);
}

TEST_F(RingMergerTest, KeepsWhatWasStampedWhileItDrained) {
  TestRing ring(memory_, 0);
  ring.send(make_event(EventKind::kFree, 1500, 16));
  EXPECT_TRUE(drain(1000).empty());
  EXPECT_EQ(drain(2000), (std::vector<Received>{{1500, 0}}));
  EXPECT_EQ(merger_.counts().rejected, 0u);
}

TEST_F(RingMergerTest, MergesMemoriesUntilTheyAreRemoved) {
  SharedMemory other{SharedMemoryOptions{}};
  merger_.add(other, 6);
  TestRing here(memory_, 0), there(other, kOtherLanes);
  for (std::uint64_t stamp : {10, 30}) here.send(make_event(EventKind::kFree, stamp, 16));
  there.send(make_event(EventKind::kFree, 20, 16));
  EXPECT_EQ(drain(1000), (std::vector<Received>{{10, 0}, {20, kOtherLanes}, {30, 0}}));
  there.send(make_event(EventKind::kFree, 40, 16));
  merger_.remove(6);
  here.send(make_event(EventKind::kFree, 50, 16));
  EXPECT_EQ(drain(1000), (std::vector<Received>{{50, 0}}));
}

TEST_F(RingMergerTest, SurvivesScribbledHeaders) {
  std::mt19937_64 random(7);
  TestRing ring(memory_, 0);
  for (int round = 0; round < 1'000; ++round) {
    memory_.header().lanes.store(static_cast<std::uint32_t>(random() % 100));
    wire::Lane& lane = memory_.lane(static_cast<std::uint32_t>(random() % 100));
    lane.main.head.store(random());
    lane.nested.head.store(random());
    lane.main.tail.store(random());
    lane.main.pending.store(random());
    drain(random());
  }
  EXPECT_GT(merger_.counts().rejected, 0u);
}

// Threads that follow the producer's protocol with a common clock: everything arrives, once,
// in order of stamps.
TEST(RingMergerConcurrency, HandsOnAllEventsInOrderWhileThreadsWrite) {
  constexpr std::uint32_t kThreads = 3;
  constexpr std::uint64_t kEvents = 100'000;
  SharedMemory memory{SharedMemoryOptions{}};
  std::atomic<std::uint64_t> clock{1};
  std::atomic<std::uint32_t> running{kThreads};
  std::vector<std::thread> threads;
  std::vector<TestRing> rings;
  for (std::uint32_t i = 0; i < kThreads; ++i) rings.emplace_back(memory, i);
  for (std::uint32_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      std::uint64_t last = 0;
      for (std::uint64_t n = 0; n < kEvents; ++n) {
        while (!rings[i].has_room()) std::this_thread::yield();
        rings[i].set_pending(last | 1);
        last = clock.fetch_add(1);
        rings[i].put(make_event(EventKind::kFree, last, n + 1));
        rings[i].commit();
      }
      --running;
    });
  }
  // `pending` is stored sequentially consistent here, so no slack is needed.
  RingMerger merger(0, ~std::uint64_t{0});
  merger.add(memory, 0);
  std::uint64_t last_stamp = 0, received = 0, out_of_order = 0;
  std::vector<std::uint64_t> next(kThreads, 1);
  const RingMerger::Sink sink = [&](std::span<const MergedEvent> events) {
    for (const auto& [event, source, lane] : events) {
      out_of_order += event.stamp <= last_stamp || event.address != next[lane]++;
      last_stamp = event.stamp;
      ++received;
    }
  };
  while (running != 0) merger.drain(clock.load(), sink);
  for (std::thread& thread : threads) thread.join();
  merger.drain(clock.load(), sink);
  EXPECT_EQ(received, kThreads * kEvents);
  EXPECT_EQ(out_of_order, 0u);
  EXPECT_EQ(merger.counts().rejected, 0u);
}

}  // namespace
}  // namespace heaptally
