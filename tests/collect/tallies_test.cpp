#include "core/collect/tallies.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace heaptally {
namespace {

TallyId key(Tallies& tallies, std::uint32_t trace) {
  return tallies.tally_of(TraceId{trace}, TaskId{0}, SizeClass{4});
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

TEST(Tallies, TheFirstOfEqualPeaksCounts) {
  Tallies tallies;
  const TallyId a = key(tallies, 1), b = key(tallies, 2);
  tallies.allocate(a, 100, Nanoseconds(1));
  tallies.free(a, 100, Nanoseconds(1), false);
  tallies.allocate(b, 100, Nanoseconds(2));
  EXPECT_EQ(tallies.peak_time(), Nanoseconds(1));
  EXPECT_EQ(tallies.totals()[0].live_at_peak, (Amount{100, 1}));
  EXPECT_EQ(tallies.totals()[1].live_at_peak, (Amount{0, 0}));
}

// The lazy bookkeeping of the peak against copying all live amounts at each new peak.
TEST(Tallies, LiveAtPeakAgreesWithCopiesOverRandomRuns) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    Tallies tallies;
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
        tallies.allocate(ids[k], size, Nanoseconds(step));
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
        tallies.free(ids[k], size, Nanoseconds(5), false);
        live[k] -= {size, 1};
        total -= size;
      }
    }
    const std::vector<TallyTotals> totals = tallies.totals();
    EXPECT_EQ(tallies.peak().bytes, peak);
    for (std::uint32_t k = 0; k < kKeys; ++k) {
      ASSERT_EQ(totals[k].live_at_peak, at_peak[k]) << "seed " << seed << " key " << k;
      ASSERT_EQ(totals[k].live_at_end, live[k]);
    }
  }
}

TEST(Tallies, BucketsHoldWhatHappenedInThem) {
  Tallies tallies;
  const TallyId a = key(tallies, 1), b = key(tallies, 2);
  tallies.allocate(b, 10, Nanoseconds(1));
  tallies.allocate(a, 20, Nanoseconds(2));
  tallies.free(b, 10, Nanoseconds(3), true);
  const Bucket first = tallies.take_bucket(Nanoseconds(0), Nanoseconds(10));
  ASSERT_EQ(first.deltas.size(), 2u);
  EXPECT_EQ(first.max_live_bytes, 30u);
  EXPECT_EQ(first.deltas[0].id, a);
  EXPECT_EQ(first.deltas[1].allocated, (Amount{10, 1}));
  EXPECT_EQ(first.deltas[1].freed, (Amount{10, 1}));
  EXPECT_EQ(first.deltas[1].temporary, (Amount{10, 1}));
  EXPECT_TRUE(tallies.bucket_is_empty());
  tallies.free(a, 20, Nanoseconds(3), false);
  const Bucket second = tallies.take_bucket(Nanoseconds(10), Nanoseconds(10));
  ASSERT_EQ(second.deltas.size(), 1u);
  // The bucket began with what was live then.
  EXPECT_EQ(second.max_live_bytes, 20u);
  EXPECT_EQ(second.deltas[0].freed, (Amount{20, 1}));
}

TEST(Tallies, BlocksLiveWhenTheirImageEndsAreLiveAtEnd) {
  Tallies tallies;
  const TallyId a = key(tallies, 1);
  tallies.allocate(a, 100, Nanoseconds(1));
  tallies.end_image();
  EXPECT_EQ(tallies.live(), (Amount{0, 0}));
  tallies.allocate(a, 30, Nanoseconds(2));
  EXPECT_EQ(tallies.live_at_end(), (Amount{130, 2}));
  EXPECT_EQ(tallies.totals()[0].live_at_end, (Amount{130, 2}));
  EXPECT_EQ(tallies.totals()[0].live_at_peak, (Amount{100, 1}));
  EXPECT_EQ(tallies.peak(), (Amount{100, 1}));
}

TEST(Tallies, LifetimesAreCountedByPowersOfTwo) {
  Tallies tallies;
  const TallyId a = key(tallies, 1);
  for (std::int64_t lifetime : {0, 1, 2, 3, 1'000'000, -5}) {
    tallies.allocate(a, 1, Nanoseconds(0));
    tallies.free(a, 1, Nanoseconds(lifetime), false);
  }
  const Histogram expected = {{0, 2}, {1, 1}, {2, 2}, {20, 1}};
  EXPECT_EQ(tallies.totals()[0].lifetimes, expected);
}

}  // namespace
}  // namespace heaptally
