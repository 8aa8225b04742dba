#include "core/collect/survivor_table.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

#include "core/collect/timeline_cutter.h"

namespace heaptally {
namespace {

std::map<std::pair<std::int64_t, std::size_t>, std::uint64_t> by_start(
    const std::vector<Survivors>& all) {
  std::map<std::pair<std::int64_t, std::size_t>, std::uint64_t> found;
  for (const Survivors& row : all) {
    for (const TallyAmount& tally : row.amounts) {
      EXPECT_TRUE(
          found.emplace(std::pair(row.start.count(), index_of(tally.id)), tally.amount.bytes)
              .second);
    }
  }
  return found;
}

TEST(SurvivorTable, NoBucketYet) {
  SurvivorTable table;
  EXPECT_TRUE(table.all().empty());
  table.add(Nanoseconds(5), TallyId{3}, 10);
  ASSERT_EQ(table.all().size(), 1u);
  EXPECT_EQ(table.all()[0].start, Nanoseconds(0));
}

TEST(SurvivorTable, ByTheBucketOfTheirBirth) {
  SurvivorTable table;
  table.begin_after(Nanoseconds(0), Nanoseconds(10));
  table.begin_after(Nanoseconds(30), Nanoseconds(40));
  table.add(Nanoseconds(39), TallyId{1}, 4);
  table.add(Nanoseconds(30), TallyId{0}, 3);
  table.add(Nanoseconds(9), TallyId{1}, 2);
  table.add(Nanoseconds(0), TallyId{1}, 1);
  table.add(Nanoseconds(40), TallyId{1}, 5);
  EXPECT_EQ(by_start(table.all()), (std::map<std::pair<std::int64_t, std::size_t>, std::uint64_t>{
                                       {{0, 1}, 3}, {{30, 0}, 3}, {{30, 1}, 4}, {{40, 1}, 5}}));
}

// Whatever buckets are cut, the survivors of one are what its deltas do not free.
TEST(SurvivorTable, AgreesWithTheTimelineOverRandomRuns) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    Tallies tallies;
    TimelineCutter cutter(tallies);
    ProcessTally process;
    std::mt19937_64 random(seed);
    struct Block {
      TallyId tally;
      std::uint64_t size;
      Nanoseconds birth;
    };
    std::vector<Block> live;
    std::vector<TallyId> ids;
    for (std::uint32_t i = 0; i < 5; ++i) {
      ids.push_back(tallies.tally_of(TraceId{i}, TaskId{0}, SizeClass{3}));
    }
    Nanoseconds now{0};
    for (int step = 0; step < 5'000; ++step) {
      now += Nanoseconds(random() % 3'000'000);
      if (now >= cutter.end()) cutter.close(now);
      if (live.empty() || random() % 2 == 0) {
        live.push_back({ids[random() % ids.size()], random() % 100, now});
        tallies.allocate(live.back().tally, live.back().size, now, process);
      } else {
        std::swap(live[random() % live.size()], live.back());
        tallies.free(live.back().tally, live.back().size, Nanoseconds(0), Nanoseconds(1), false,
                     process);
        live.pop_back();
      }
    }
    cutter.close(now);
    const std::vector<Bucket> buckets = cutter.take();
    std::map<std::pair<std::int64_t, std::size_t>, std::uint64_t> expected;
    for (const Block& block : live) {
      const Bucket* found = nullptr;
      for (const Bucket& bucket : buckets) {
        if (block.birth >= bucket.start && block.birth < bucket.start + bucket.width) {
          found = &bucket;
        }
      }
      ASSERT_NE(found, nullptr);
      expected[{found->start.count(), index_of(block.tally)}] += block.size;
      tallies.end(block.tally, block.size, block.birth, process);
    }
    EXPECT_EQ(by_start(tallies.survivors()), expected);
  }
}

}  // namespace
}  // namespace heaptally
