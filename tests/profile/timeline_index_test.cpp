// What the index says is what the buckets say, whatever was recorded and whatever is asked.
#include "core/profile/timeline_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "core/profile/heap_timeline.h"
#include "core/profile/live_peak.h"
#include "core/profile/mark_leaks.h"
#include "core/profile/site_timeline.h"
#include "tests/profile/log_builder.h"
#include "tests/profile/random_recording.h"

namespace heaptally {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kSeeds = 20;
constexpr std::uint64_t kFourGiB = std::uint64_t{1} << 32;
constexpr std::array<Metric, 3> kAllMetrics = {Metric::kLive, Metric::kTotal, Metric::kTemporary};

// A run with gaps in its timeline; every third has tallies that move more than 4 GiB, in one
// bucket or in several.
RecordingBuilder run_of(std::uint64_t seed) {
  RecordingBuilder recording = random_run(seed);
  for (std::size_t i = 0; i < recording.buckets.size(); ++i) {
    Bucket& bucket = recording.buckets[i];
    if ((i + seed) % 7 == 0) bucket.width = milliseconds(60);
    for (TallyDelta& delta : bucket.deltas) {
      if (seed % 3 != 0 || index_of(delta.id) % 4 != 0) continue;
      const std::uint64_t more = (i % 2 == 0 ? kFourGiB : kFourGiB / 3) + i;
      delta.allocated.bytes += more;
      delta.freed.bytes += more / 2;
    }
    bucket.max_live_bytes = 1'000 * i;
  }
  return recording;
}

std::unique_ptr<const TimelineIndex> index_of_run(const RecordingBuilder& recording) {
  return TimelineIndex::make(recording.timeline(), recording.data.tallies.size());
}

Moment at(Nanoseconds time) { return {.kind = Moment::Kind::kTime, .time = time}; }

// Around each edge, within buckets, in gaps, and the peak.
std::vector<Moment> moments_of(const RecordingBuilder& recording) {
  std::vector<Moment> moments = {Moment{}, at(seconds(0)), at(seconds(9)), at(seconds(10))};
  for (const Bucket& bucket : recording.buckets) {
    const Nanoseconds end = bucket.start + bucket.width;
    for (const Nanoseconds time : {bucket.start + Nanoseconds(1), bucket.start + bucket.width / 2,
                                   end - Nanoseconds(1), end, end + Nanoseconds(1)}) {
      moments.push_back(at(time));
    }
  }
  return moments;
}

Query some_of(std::uint64_t seed, Group group = Group::kLine) {
  Query query;
  query.group = group;
  if (seed % 4 == 1) query.filters = {parse_filter("src/1.cpp", true, true)};
  if (seed % 4 == 2) query.filters = {parse_filter("*:2", false, false)};
  if (seed % 4 == 3) query.threads = {"worker"};
  return query;
}

void expect_same(const Snapshot& a, const Snapshot& b) {
  EXPECT_EQ(a.time, b.time);
  EXPECT_EQ(a.from_time, b.from_time);
  EXPECT_EQ(a.exact, b.exact);
  EXPECT_EQ(a.amounts, b.amounts);
}

TEST(TimelineIndex, HasEveryMomentThatTheBucketsHave) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const RecordingBuilder recording = run_of(seed);
    const auto index = index_of_run(recording);
    for (const Metric metric : kAllMetrics) {
      for (const Moment& moment : moments_of(recording)) {
        SCOPED_TRACE(testing::Message() << seed << " at " << moment.time.count());
        expect_same(take_snapshot(recording.data, *index, metric, moment),
                    take_snapshot(recording.data, recording.timeline(), metric, moment));
        if (metric == Metric::kLive || moment.time < seconds(1)) continue;
        expect_same(
            take_snapshot_between(recording.data, *index, metric, at(milliseconds(950)), moment),
            take_snapshot_between(recording.data, recording.timeline(), metric,
                                  at(milliseconds(950)), moment));
      }
    }
  }
}

TEST(TimelineIndex, HasEveryMomentOfAnEventLog) {
  RecordingBuilder recording;
  LogBuilder log;
  const TallyId a = recording.allocate(recording.trace({recording.line("a.cpp", 1)}), {0, 0});
  std::vector<std::uint64_t> blocks;
  blocks.reserve(60);
  for (std::int64_t i = 0; i < 60; ++i) {
    blocks.push_back(log.allocate(10 * i, a, 1 + static_cast<std::uint64_t>(i)));
    if (i % 3 == 2) log.end(10 * i + 5, blocks[static_cast<std::size_t>(i) - 1]);
  }
  recording.buckets = log.buckets(64);
  const auto index = index_of_run(recording);
  for (const Metric metric : kAllMetrics) {
    for (std::int64_t time = 0; time < 700; ++time) {
      SCOPED_TRACE(time);
      const Moment moment = at(Nanoseconds(time));
      expect_same(
          take_snapshot(recording.data, *index, metric, moment, log.source()),
          take_snapshot(recording.data, recording.timeline(), metric, moment, log.source()));
    }
  }
}

TEST(TimelineIndex, GivesTheBucketsBack) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const RecordingBuilder recording = run_of(seed);
    const auto index = index_of_run(recording);
    const BucketSource source = *index;
    std::size_t next = 0;
    source([&](const Bucket& bucket) {
      const Bucket& expected = recording.buckets.at(next++);
      EXPECT_EQ(bucket.start, expected.start);
      EXPECT_EQ(bucket.width, expected.width);
      EXPECT_EQ(bucket.max_live_bytes, expected.max_live_bytes);
      EXPECT_TRUE(std::ranges::equal(bucket.deltas, expected.deltas,
                                     [](const TallyDelta& a, const TallyDelta& b) {
                                       return a.id == b.id && a.allocated == b.allocated &&
                                              a.freed == b.freed && a.temporary == b.temporary;
                                     }));
      return true;
    });
    EXPECT_EQ(next, recording.buckets.size());
    next = 0;
    source([&](const Bucket&) { return ++next < 3; });
    EXPECT_EQ(next, 3u);
  }
}

TEST(TimelineIndex, MakesTheSameTimelinesAndPeaks) {
  const std::vector<TimeSpan> spans = {{seconds(0), seconds(10)},
                                       {milliseconds(1000), milliseconds(3000)},
                                       {milliseconds(1250), milliseconds(2050)},
                                       {seconds(5), seconds(10)}};
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const RecordingBuilder recording = run_of(seed);
    const Profile profile(recording.data, {});
    const auto index = index_of_run(recording);
    for (const TimeSpan& span : spans) {
      SCOPED_TRACE(testing::Message() << seed << " from " << span.from.count());
      const Query query = some_of(seed);
      const HeapTimeline a = heap_timeline(profile, *index, query, span.from, span.to);
      const HeapTimeline b =
          heap_timeline(profile, recording.timeline(), query, span.from, span.to);
      EXPECT_EQ(a.live_at_start, b.live_at_start);
      EXPECT_EQ(a.peak.time, b.peak.time);
      EXPECT_EQ(a.peak.bytes, b.peak.bytes);
      EXPECT_TRUE(
          std::ranges::equal(a.rows, b.rows, [](const TimelineRow& x, const TimelineRow& y) {
            return x.start == y.start && x.end == y.end && x.live == y.live &&
                   x.max_live_bytes == y.max_live_bytes && x.allocated == y.allocated &&
                   x.freed == y.freed;
          }));
      const LivePeak peak = live_peak(profile, *index, query, span);
      const LivePeak expected = live_peak(profile, recording.timeline(), query, span);
      EXPECT_EQ(peak.time, expected.time);
      EXPECT_EQ(peak.live, expected.live);
      EXPECT_EQ(peak.exact, expected.exact);
    }
  }
}

TEST(TimelineIndex, KnowsWhatLeakedFromMarkToMark) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    RecordingBuilder recording = run_of(seed);
    recording.data.marks = {{"a", milliseconds(1000), {}}, {"b", milliseconds(2500), {}}};
    const auto index = index_of_run(recording);
    const CrossingSource crossings = recording.crossed();
    for (const auto& [from, to] : {std::pair(0, 1000), std::pair(1000, 2500), std::pair(0, 2500)}) {
      const Moment a = at(milliseconds(from)), b = at(milliseconds(to));
      expect_same(leaked_between_marks(recording.data, *index, crossings, a, b),
                  leaked_between_marks(recording.data, recording.timeline(), crossings, a, b));
    }
  }
}

TEST(TimelineIndex, IgnoresTalliesThatNobodyKnows) {
  RecordingBuilder recording;
  const TallyId a = recording.allocate(recording.trace({recording.line("a.cpp", 1)}), {8, 1});
  recording.bucket(0, 100, {{a, {8, 1}, {}, {}}, {TallyId{7}, {9, 1}, {}, {}}});
  const auto index = index_of_run(recording);
  EXPECT_EQ(index->tallies(), 1u);
  EXPECT_EQ(index->changes(), 1u);
  EXPECT_EQ(index->sums(a, 1).allocated, (Amount{8, 1}));
}

TEST(TimelineIndex, IsGivenUpWhereSomebodySaysSo) {
  const RecordingBuilder recording = run_of(1);
  std::size_t asked = 0;
  const auto index = TimelineIndex::make(recording.timeline(), recording.data.tallies.size(),
                                         [&] { return ++asked < 5; });
  EXPECT_EQ(index, nullptr);
  EXPECT_EQ(asked, 5u);
}

TEST(TimelineIndex, OfNothingIsEmpty) {
  const RecordingBuilder recording;
  const auto index = index_of_run(recording);
  EXPECT_EQ(index->tallies(), 0u);
  EXPECT_TRUE(index->buckets().empty());
  expect_same(take_snapshot(recording.data, *index, Metric::kTotal, at(seconds(3))),
              take_snapshot(recording.data, recording.timeline(), Metric::kTotal, at(seconds(3))));
}

TEST(LivePeak, IsTheGreatestEdgeThatSnapshotsHave) {
  for (std::uint64_t seed = 1; seed < kSeeds; ++seed) {
    if (seed % 4 == 0) continue;  // keeps all: the run's own peak is known
    SCOPED_TRACE(seed);
    const RecordingBuilder recording = run_of(seed);
    const Profile profile(recording.data, {});
    const auto index = index_of_run(recording);
    const TimeSpan span = {milliseconds(1000), milliseconds(3000)};
    std::uint64_t most = 0;
    for (int time = 1000; time <= 3000; time += 50) {
      const Snapshot live = take_snapshot(recording.data, recording.timeline(), Metric::kLive,
                                          at(milliseconds(time)));
      most = std::max(most, statistics(profile, live, some_of(seed)).kept.bytes);
    }
    const LivePeak peak = live_peak(profile, *index, some_of(seed), span);
    EXPECT_FALSE(peak.exact);
    EXPECT_EQ(peak.live.bytes, most);
    const Snapshot then = snapshot_at(recording.data, *index, peak);
    EXPECT_EQ(then.time, peak.time);
    EXPECT_EQ(statistics(profile, then, some_of(seed)).kept, peak.live);
  }
}

TEST(LivePeak, IsTheRunsOwnWhereThatLiesWithin) {
  const RecordingBuilder recording = random_run(4);
  const Profile profile(recording.data, {});
  const Nanoseconds time = recording.data.header.peak_time;
  const LivePeak peak =
      live_peak(profile, recording.timeline(), {}, {time - milliseconds(100), time});
  EXPECT_TRUE(peak.exact);
  EXPECT_EQ(peak.live, recording.data.header.peak);
  EXPECT_EQ(snapshot_at(recording.data, recording.timeline(), peak).time, time);
  EXPECT_FALSE(
      live_peak(profile, recording.timeline(), {}, {time + milliseconds(100), seconds(10)}).exact);
}

class SiteTimelines : public testing::TestWithParam<Group> {};

// Rows of statistics by what tells them apart within a group.
std::tuple<std::uint32_t, std::size_t> number_of(const Profile& profile, Group group,
                                                 const Key& key) {
  if (is_by_place(group)) return {PlaceKeys(profile.places(), group)[key.place], 0};
  return {static_cast<std::uint32_t>(index_of(key.trace)),
          index_of(key.task) + index_of(key.process) + index_of(key.size_class)};
}

TEST_P(SiteTimelines, AreWhatStatisticsSayAtEachEdge) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const RecordingBuilder recording = run_of(seed);
    const Profile profile(recording.data, {});
    const auto index = index_of_run(recording);
    const Query query = some_of(seed, GetParam());
    const TimeSpan span = {milliseconds(seed % 2 == 0 ? 0 : 1250), milliseconds(3000)};
    const SiteTimeline all = site_timeline(profile, *index, query, span, 1'000);
    const SiteTimeline some = site_timeline(profile, *index, query, span, 3);
    EXPECT_EQ(all.groups, some.groups);
    // The first of all are some.
    ASSERT_EQ(some.sites.size(), std::min<std::size_t>(3, all.sites.size()));
    for (std::size_t i = 0; i < some.sites.size(); ++i) {
      EXPECT_EQ(some.sites[i].most, all.sites[i].most);
    }
    for (std::size_t i = 0; i < all.buckets.size(); ++i) {
      SCOPED_TRACE(testing::Message() << seed << " bucket " << i);
      const Snapshot live = take_snapshot(recording.data, recording.timeline(), Metric::kLive,
                                          at(all.buckets[i].end));
      std::map<std::tuple<std::uint32_t, std::size_t>, std::uint64_t> found, expected;
      for (const SiteSeries& site : all.sites) {
        if (site.live[i] != 0) found[number_of(profile, GetParam(), site.key)] = site.live[i];
      }
      const Statistics rows = statistics(profile, live, query);
      for (const Statistic& row : rows.rows) {
        if (row.amount.bytes == 0) continue;
        expected[number_of(profile, GetParam(), row.key)] = row.amount.bytes;
      }
      EXPECT_EQ(found, expected);
      EXPECT_EQ(all.others.live[i], 0u);
      std::uint64_t sum = some.others.live[i];
      for (const SiteSeries& site : some.sites) sum += site.live[i];
      EXPECT_EQ(sum, rows.kept.bytes);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Groups, SiteTimelines,
                         testing::Values(Group::kLine, Group::kFile, Group::kFunction,
                                         Group::kModule, Group::kTraceback, Group::kThread,
                                         Group::kProcess, Group::kSize),
                         [](const auto& test) { return std::string(name_of(test.param)); });

TEST(SiteTimeline, StartsWithWhatWasLiveBefore) {
  RecordingBuilder recording;
  const TallyId a = recording.allocate(recording.trace({recording.line("a.cpp", 1)}), {0, 0});
  const TallyId b = recording.allocate(recording.trace({recording.line("b.cpp", 1)}), {0, 0});
  recording.bucket(0, 1000, {{a, {100, 1}, {}, {}}, {b, {70, 7}, {}, {}}});
  recording.bucket(2000, 1000, {{a, {}, {100, 1}, {}}, {b, {10, 1}, {}, {}}});
  const auto index = index_of_run(recording);
  const SiteTimeline timeline =
      site_timeline(Profile(recording.data, {}), *index, {}, {seconds(2), seconds(10)}, 1);
  ASSERT_EQ(timeline.buckets.size(), 1u);
  EXPECT_EQ(timeline.buckets[0].allocated, (Amount{10, 1}));
  EXPECT_EQ(timeline.groups, 2u);
  ASSERT_EQ(timeline.sites.size(), 1u);
  EXPECT_EQ(timeline.sites[0].most, 100u);
  EXPECT_EQ(timeline.sites[0].live_at_start, 100u);
  EXPECT_EQ(timeline.sites[0].live, std::vector<std::uint64_t>{0});
  EXPECT_EQ(timeline.others.live_at_start, 70u);
  EXPECT_EQ(timeline.others.live, std::vector<std::uint64_t>{80});
}

}  // namespace
}  // namespace heaptally
