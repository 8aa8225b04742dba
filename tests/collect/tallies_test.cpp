#include "core/collect/tallies.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace heaptally {
namespace {

TallyId key(Tallies& tallies, std::uint32_t trace) {
  return tallies.tally_of(TraceId{trace}, TaskId{0}, SizeClass{4});
}

std::vector<TallyTotals> totals_of(const Tallies& tallies, const ProcessTally& process) {
  return tallies.totals([&](TaskId) { return process.peak_number; });
}

TEST(Tallies, KeysAreDenseAndStable) {
  Tallies tallies;
  const TallyId a = tallies.tally_of(TraceId{1}, TaskId{0}, SizeClass{3});
  const TallyId b = tallies.tally_of(TraceId{1}, TaskId{1}, SizeClass{3});
  const TallyId c = tallies.tally_of(TraceId{1}, TaskId{0}, SizeClass{4});
  EXPECT_EQ(tallies.tally_of(TraceId{1}, TaskId{0}, SizeClass{3}), a);
  EXPECT_EQ(index_of(a), 0u);
  EXPECT_EQ(index_of(b), 1u);
  EXPECT_EQ(index_of(c), 2u);
  EXPECT_EQ(tallies.take_new_keys().size(), 3u);
  EXPECT_TRUE(tallies.take_new_keys().empty());
}

TEST(Tallies, WhatIsForgottenIsNeitherFreedNorLeaked) {
  Tallies tallies;
  ProcessTally process;
  const TallyId a = key(tallies, 1);
  tallies.allocate(a, 100, Nanoseconds(1), process);
  tallies.allocate(a, 10, Nanoseconds(2), process);
  tallies.forget(a, 100, Nanoseconds(0), process);
  EXPECT_EQ(tallies.live(), (Amount{10, 1}));
  EXPECT_EQ(process.live, (Amount{10, 1}));
  EXPECT_EQ(tallies.live_at_end(), (Amount{10, 1}));
  const TallyTotals totals = totals_of(tallies, process)[0];
  EXPECT_EQ(totals.live_at_end, (Amount{10, 1}));
  EXPECT_EQ(totals.live_at_peak, (Amount{110, 2}));
  EXPECT_TRUE(totals.lifetimes.empty());
  EXPECT_EQ(totals.temporary, (Amount{0, 0}));
}

TEST(Tallies, TheRecentPeakIsSetBackAndThePeakIsNot) {
  Tallies tallies;
  ProcessTally process;
  const TallyId a = key(tallies, 1);
  tallies.allocate(a, 100, Nanoseconds(1), process);
  tallies.free(a, 100, Nanoseconds(0), Nanoseconds(1), false, process);
  EXPECT_EQ(process.recent_peak, 100u);
  process.recent_peak = process.live.bytes;
  tallies.allocate(a, 30, Nanoseconds(2), process);
  EXPECT_EQ(process.recent_peak, 30u);
  EXPECT_EQ(process.peak.bytes, 100u);
}

TEST(Tallies, TheFirstOfEqualPeaksCounts) {
  Tallies tallies;
  ProcessTally process;
  const TallyId a = key(tallies, 1), b = key(tallies, 2);
  tallies.allocate(a, 100, Nanoseconds(1), process);
  tallies.free(a, 100, Nanoseconds(0), Nanoseconds(1), false, process);
  tallies.allocate(b, 100, Nanoseconds(2), process);
  EXPECT_EQ(tallies.peak_time(), Nanoseconds(1));
  EXPECT_EQ(totals_of(tallies, process)[0].live_at_peak, (Amount{100, 1}));
  EXPECT_EQ(totals_of(tallies, process)[1].live_at_peak, (Amount{0, 0}));
}

// The lazy bookkeeping of the peak against copying all live amounts at each new peak.
TEST(Tallies, LiveAtPeakAgreesWithCopiesOverRandomRuns) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    Tallies tallies;
    ProcessTally process;
    std::mt19937 random(seed);
    constexpr std::uint32_t kKeys = 20;
    std::vector<TallyId> ids;
    for (std::uint32_t i = 0; i < kKeys; ++i) ids.push_back(key(tallies, i));
    std::vector<Amount> live(kKeys), at_peak(kKeys);
    std::vector<std::pair<std::uint32_t, std::uint64_t>> blocks;
    std::uint64_t total = 0, peak = 0;
    for (int step = 0; step < 3'000; ++step) {
      if (blocks.empty() || random() % 100 < 52) {
        const std::uint32_t k = random() % kKeys;
        const std::uint64_t size = random() % 1'000;
        tallies.allocate(ids[k], size, Nanoseconds(step), process);
        live[k] += {size, 1};
        total += size;
        blocks.emplace_back(k, size);
        if (total > peak) {
          peak = total;
          at_peak = live;
        }
      } else {
        const std::size_t i = random() % blocks.size();
        const auto [k, size] = blocks[i];
        blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(i));
        tallies.free(ids[k], size, Nanoseconds(0), Nanoseconds(5), false, process);
        live[k] -= {size, 1};
        total -= size;
      }
    }
    const std::vector<TallyTotals> totals = totals_of(tallies, process);
    EXPECT_EQ(tallies.peak().bytes, peak);
    for (std::uint32_t k = 0; k < kKeys; ++k) {
      ASSERT_EQ(totals[k].live_at_peak, at_peak[k]) << "seed " << seed << " key " << k;
      ASSERT_EQ(totals[k].live_at_end, live[k]);
    }
  }
}

TEST(Tallies, BucketsHoldWhatHappenedInThem) {
  Tallies tallies;
  ProcessTally process;
  const TallyId a = key(tallies, 1), b = key(tallies, 2);
  tallies.allocate(b, 10, Nanoseconds(1), process);
  tallies.allocate(a, 20, Nanoseconds(2), process);
  tallies.free(b, 10, Nanoseconds(0), Nanoseconds(3), true, process);
  const Bucket first = tallies.take_bucket(Nanoseconds(0), Nanoseconds(10));
  ASSERT_EQ(first.deltas.size(), 2u);
  EXPECT_EQ(first.max_live_bytes, 30u);
  EXPECT_EQ(first.deltas[0].id, a);
  EXPECT_EQ(first.deltas[1].allocated, (Amount{10, 1}));
  EXPECT_EQ(first.deltas[1].freed, (Amount{10, 1}));
  EXPECT_EQ(first.deltas[1].temporary, (Amount{10, 1}));
  EXPECT_TRUE(tallies.bucket_is_empty());
  tallies.free(a, 20, Nanoseconds(0), Nanoseconds(3), false, process);
  const Bucket second = tallies.take_bucket(Nanoseconds(10), Nanoseconds(10));
  ASSERT_EQ(second.deltas.size(), 1u);
  // The bucket began with what was live then.
  EXPECT_EQ(second.max_live_bytes, 20u);
  EXPECT_EQ(second.deltas[0].freed, (Amount{20, 1}));
}

TEST(Tallies, BlocksLiveWhenTheirImageEndsAreLiveAtEnd) {
  Tallies tallies;
  ProcessTally process;
  const TallyId a = key(tallies, 1);
  tallies.allocate(a, 100, Nanoseconds(1), process);
  tallies.end(a, 100, Nanoseconds(1), process);
  EXPECT_EQ(tallies.live(), (Amount{0, 0}));
  tallies.allocate(a, 30, Nanoseconds(2), process);
  EXPECT_EQ(tallies.live_at_end(), (Amount{130, 2}));
  EXPECT_EQ(totals_of(tallies, process)[0].live_at_end, (Amount{130, 2}));
  EXPECT_EQ(totals_of(tallies, process)[0].live_at_peak, (Amount{100, 1}));
  EXPECT_EQ(tallies.peak(), (Amount{100, 1}));
}

// Two processes by turns, each with tallies of its own, against copies at each new mark.
TEST(Tallies, LiveAtProcessPeakAgreesWithCopiesOverRandomRuns) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    Tallies tallies;
    std::mt19937 random(seed);
    constexpr std::uint32_t kKeys = 8;
    struct Side {
      ProcessTally tally;
      std::vector<TallyId> ids;
      std::vector<Amount> live{kKeys}, at_peak{kKeys};
      std::vector<std::pair<std::uint32_t, std::uint64_t>> blocks;
      std::uint64_t total = 0, peak = 0;
    };
    Side sides[2];
    for (std::uint32_t task = 0; task < 2; ++task) {
      for (std::uint32_t i = 0; i < kKeys; ++i) {
        sides[task].ids.push_back(tallies.tally_of(TraceId{i}, TaskId{task}, SizeClass{4}));
      }
    }
    for (int step = 0; step < 2'000; ++step) {
      Side& side = sides[random() % 2];
      if (side.blocks.empty() || random() % 100 < 52) {
        const std::uint32_t k = random() % kKeys;
        const std::uint64_t size = random() % 1'000;
        tallies.allocate(side.ids[k], size, Nanoseconds(step), side.tally);
        side.live[k] += {size, 1};
        side.total += size;
        side.blocks.emplace_back(k, size);
        if (side.total > side.peak) {
          side.peak = side.total;
          side.at_peak = side.live;
        }
      } else {
        const auto [k, size] = side.blocks.back();
        side.blocks.pop_back();
        tallies.free(side.ids[k], size, Nanoseconds(0), Nanoseconds(5), false, side.tally);
        side.live[k] -= {size, 1};
        side.total -= size;
      }
    }
    // The first one ends: what it held at its mark stays known.
    for (const auto& [k, size] : sides[0].blocks) {
      tallies.end(sides[0].ids[k], size, Nanoseconds(0), sides[0].tally);
    }
    const std::vector<TallyTotals> totals =
        tallies.totals([&](TaskId task) { return sides[index_of(task)].tally.peak_number; });
    for (const Side& side : sides) {
      EXPECT_EQ(side.tally.peak.bytes, side.peak);
      for (std::uint32_t k = 0; k < kKeys; ++k) {
        ASSERT_EQ(totals[index_of(side.ids[k])].live_at_process_peak, side.at_peak[k]);
        ASSERT_EQ(totals[index_of(side.ids[k])].live_at_end, side.live[k]);
      }
    }
  }
}

TEST(Tallies, LifetimesAreCountedByPowersOfTwo) {
  Tallies tallies;
  ProcessTally process;
  const TallyId a = key(tallies, 1);
  for (std::int64_t lifetime : {0, 1, 2, 3, 1'000'000, -5}) {
    tallies.allocate(a, 1, Nanoseconds(0), process);
    tallies.free(a, 1, Nanoseconds(0), Nanoseconds(lifetime), false, process);
  }
  const Histogram expected = {{0, 2}, {1, 1}, {2, 2}, {20, 1}};
  EXPECT_EQ(totals_of(tallies, process)[0].lifetimes, expected);
}

}  // namespace
}  // namespace heaptally
