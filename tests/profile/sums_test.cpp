// What must add up, whatever was recorded and however it is asked: over random recordings.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/profile/difference.h"
#include "core/profile/portable_key.h"
#include "core/profile/sizes.h"
#include "core/profile/temporaries.h"
#include "core/profile/threads.h"
#include "core/profile/tree.h"
#include "tests/profile/random_recording.h"

namespace heaptally {
namespace {

constexpr std::uint64_t kSeeds = 40;

Snapshot snapshot_of(const RecordingBuilder& recording, Metric metric, const char* moment) {
  return take_snapshot(recording.data, recording.timeline(), metric, parse_moment(moment));
}

Snapshot between(const RecordingBuilder& recording, Metric metric, const char* from,
                 const char* to) {
  return take_snapshot_between(recording.data, recording.timeline(), metric, parse_moment(from),
                               parse_moment(to));
}

Amount sum_of(const std::vector<Amount>& amounts) {
  Amount sum;
  for (const Amount amount : amounts) sum += amount;
  return sum;
}

// A filter that keeps some of most recordings, by the number of the seed.
Query query_of(Group group, std::uint64_t seed) {
  Query query;
  query.group = group;
  if (seed % 4 == 1) query.filters = {parse_filter("src/1.cpp", true, true)};
  if (seed % 4 == 2) query.filters = {parse_filter("*:2", false, false)};
  if (seed % 4 == 3) query.threads = {"worker"};
  return query;
}

using ByKey = std::map<PortableKey, Amount>;

void expect_same(const ByKey& a, const ByKey& b) {
  const bool same = std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return !(x.first < y.first) && !(y.first < x.first) && x.second == y.second;
  });
  EXPECT_TRUE(same) << a.size() << " and " << b.size() << " rows";
}

ByKey by_key(const Profile& profile, const Snapshot& snapshot, const Query& query, bool numbered) {
  ByKey result;
  for (const Statistic& row : statistics(profile, snapshot, query).rows) {
    const PortableKey key = portable_key(profile, query.group, row.key, numbered);
    EXPECT_TRUE(numbered ? result.emplace(key, row.amount).second : true);
    if (!numbered) result[key] += row.amount;
  }
  return result;
}

class Sums : public testing::TestWithParam<Group> {};

TEST_P(Sums, OfRowsAreTheTotals) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const RecordingBuilder recording = random_run(seed);
    const Profile profile(recording.data, {.raw = seed % 5 == 0, .machinery = {}});
    const Header& header = recording.data.header;
    EXPECT_EQ(sum_of(snapshot_of(recording, Metric::kTotal, "end").amounts), header.total);
    EXPECT_EQ(sum_of(snapshot_of(recording, Metric::kTemporary, "end").amounts), header.temporary);
    EXPECT_EQ(sum_of(snapshot_of(recording, Metric::kLive, "end").amounts), header.live_at_end);
    EXPECT_EQ(sum_of(snapshot_of(recording, Metric::kLive, "peak").amounts), header.peak);
    for (const Metric metric : {Metric::kLive, Metric::kTotal, Metric::kTemporary}) {
      for (const char* moment : {"start", "peak", "1.25", "30%", "end"}) {
        const Snapshot snapshot = snapshot_of(recording, metric, moment);
        const Query query = query_of(GetParam(), seed);
        const Statistics rows = statistics(profile, snapshot, query);
        Amount sum;
        for (const Statistic& row : rows.rows) sum += row.amount;
        EXPECT_EQ(sum, rows.kept) << moment;
        EXPECT_EQ(rows.covered, rows.kept) << moment;
        EXPECT_EQ(rows.whole, sum_of(snapshot.amounts)) << moment;
        EXPECT_TRUE(seed % 4 != 0 || rows.kept == rows.whole) << moment;
      }
    }
  }
}

// The older rows and their changes are the newer rows: within a recording and over two.
TEST_P(Sums, OfTheOlderAndTheDifferenceAreTheNewer) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const RecordingBuilder a = random_run(seed), b = random_run(seed + 1);
    const Profile profile_a(a.data, {}), profile_b(b.data, {});
    const Snapshot older = snapshot_of(a, Metric::kLive, "20%");
    const Snapshot later = snapshot_of(a, Metric::kLive, "35%");
    const Snapshot other = snapshot_of(b, Metric::kLive, "peak");
    for (const bool same : {true, false}) {
      const Side before{profile_a, older};
      const Side after = same ? Side{profile_a, later} : Side{profile_b, other};
      const Query query = query_of(GetParam(), seed);
      ByKey sum = by_key(profile_a, older, query, same);
      const StatisticDifferences rows = compare(before, after, query);
      for (const StatisticDifference& row : rows.rows) {
        const Profile& profile = row.vanished ? before.profile : after.profile;
        Amount& amount = sum[portable_key(profile, query.group, row.key, same)];
        amount.bytes += static_cast<std::uint64_t>(row.change.bytes);
        amount.count += static_cast<std::uint64_t>(row.change.count);
        EXPECT_EQ(amount, row.amount);
      }
      std::erase_if(sum, [](const auto& entry) { return entry.second == Amount{}; });
      expect_same(sum, by_key(after.profile, after.snapshot, query, same));
      EXPECT_EQ(rows.before, statistics(profile_a, older, query).kept);
      EXPECT_EQ(rows.after, statistics(after.profile, after.snapshot, query).kept);
    }
  }
}

TEST_P(Sums, OfPartsOfTheRunAreTheRun) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const RecordingBuilder recording = random_run(seed);
    const Profile profile(recording.data, {});
    const Query query = query_of(GetParam(), seed);
    for (const Metric metric : {Metric::kTotal, Metric::kTemporary}) {
      ByKey sum;
      const char* moments[] = {"start", "0.7", "1.95", "25%", "end"};
      for (std::size_t i = 0; i + 1 < std::size(moments); ++i) {
        const Snapshot part = between(recording, metric, moments[i], moments[i + 1]);
        for (const auto& [key, amount] : by_key(profile, part, query, true)) sum[key] += amount;
      }
      expect_same(sum, by_key(profile, snapshot_of(recording, metric, "end"), query, true));
    }
  }
}

TEST_P(Sums, OfWhatAFilterKeepsAndOfWhatItRejectsAreTheWhole) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const RecordingBuilder recording = random_run(seed);
    const Profile profile(recording.data, {});
    const Snapshot snapshot = snapshot_of(recording, Metric::kTotal, "end");
    Query with, without, all;
    with.group = without.group = all.group = GetParam();
    with.filters = {parse_filter("src/*", true, seed % 2 == 0)};
    without.filters = {parse_filter("src/*", false, seed % 2 == 0)};
    ByKey sum = by_key(profile, snapshot, with, true);
    for (const auto& [key, amount] : by_key(profile, snapshot, without, true)) sum[key] += amount;
    expect_same(sum, by_key(profile, snapshot, all, true));
  }
}

INSTANTIATE_TEST_SUITE_P(Groups, Sums,
                         testing::Values(Group::kLine, Group::kFile, Group::kFunction,
                                         Group::kModule, Group::kTraceback, Group::kThread,
                                         Group::kProcess, Group::kSize),
                         [](const auto& test) { return std::string(name_of(test.param)); });

class CumulativeSums : public testing::TestWithParam<Group> {};

TEST_P(CumulativeSums, AreNoLessThanWhatIsChargedAndNoMoreThanAll) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const RecordingBuilder recording = random_run(seed);
    const Profile profile(recording.data, {});
    const Snapshot snapshot = snapshot_of(recording, Metric::kTotal, "end");
    Query query = query_of(GetParam(), seed);
    const ByKey self = by_key(profile, snapshot, query, true);
    query.cumulative = true;
    const ByKey cumulative = by_key(profile, snapshot, query, true);
    const Statistics rows = statistics(profile, snapshot, query);
    // A site is a frame of its stack; only a stack without frames has one that is none.
    for (const auto& [key, amount] : self) {
      const auto found = cumulative.find(key);
      ASSERT_NE(found, cumulative.end());
      EXPECT_GE(found->second.bytes, amount.bytes);
      EXPECT_GE(found->second.count, amount.count);
    }
    for (const auto& [key, amount] : cumulative) {
      EXPECT_LE(amount.bytes, rows.kept.bytes);
      EXPECT_LE(amount.count, rows.kept.count);
    }
    EXPECT_EQ(rows.covered, rows.kept);
  }
}

INSTANTIATE_TEST_SUITE_P(Groups, CumulativeSums,
                         testing::Values(Group::kLine, Group::kFile, Group::kFunction,
                                         Group::kModule),
                         [](const auto& test) { return std::string(name_of(test.param)); });

// Each view of a run tells of the same blocks.
TEST(Views, AddUpToTheStatistics) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const RecordingBuilder recording = random_run(seed);
    const Profile profile(recording.data, {});
    const Query query = query_of(Group::kLine, seed);
    const Snapshot total = snapshot_of(recording, Metric::kTotal, "end");
    const Snapshot temporary = snapshot_of(recording, Metric::kTemporary, "end");
    const Snapshot live = snapshot_of(recording, Metric::kLive, "end");
    const Amount all = statistics(profile, total, query).kept;
    const Amount churned = statistics(profile, temporary, query).kept;
    const Amount held = statistics(profile, live, query).kept;

    const Threads by_thread = threads(profile, query, ThreadOrder::kTotal);
    EXPECT_EQ(by_thread.kept.total, all);
    EXPECT_EQ(by_thread.kept.temporary, churned);
    EXPECT_EQ(by_thread.kept.live_at_end, held);
    const Sizes by_size = sizes(profile, total, live, query);
    EXPECT_EQ(by_size.total, all);
    EXPECT_EQ(by_size.live, held);
    Amount sum;
    for (const SizeRow& row : by_size.rows) sum += row.total;
    EXPECT_EQ(sum, all);
    const Temporaries churn = temporaries(profile, temporary, total, query);
    EXPECT_EQ(churn.total, all);
    EXPECT_EQ(churn.temporary.kept, churned);
    for (const bool bottom_up : {false, true}) {
      const CallTree tree(profile, live, query, {.bottom_up = bottom_up, .least = {}});
      EXPECT_EQ(tree.root().cumulative, held);
    }
  }
}

}  // namespace
}  // namespace heaptally
