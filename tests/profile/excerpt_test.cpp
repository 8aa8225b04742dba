#include "core/profile/excerpt.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "core/profile/kept.h"
#include "core/profile/moment.h"
#include "tests/profile/random_recording.h"

namespace heaptally {
namespace {

using std::chrono::milliseconds;

Excerpt excerpt_of(const RecordingBuilder& recording, const Query& query = {},
                   const ExcerptShape& shape = {}) {
  const Profile profile(recording.data, {});
  return excerpt(profile, recording.timeline(), query, shape);
}

// A node with what is below it: "main(a=10 b=5)", folded ones as "...", with ~ before what was cut.
std::string drawn(const Profile& profile, const Excerpt& excerpt, std::uint32_t parent = 0) {
  std::vector<std::string> parts;
  for (std::uint32_t i = 1; i < excerpt.nodes.size(); ++i) {
    const ExcerptNode& node = excerpt.nodes[i];
    if (node.parent != parent) continue;
    std::string text = node.shortened ? "~" : "";
    text += node.folded ? "..." : std::string(profile.places().function(node.place));
    for (const ExcerptRow& row : excerpt.rows) {
      if (row.node == i) text += "=" + std::to_string(row.peak.bytes);
    }
    const std::string below = drawn(profile, excerpt, i);
    if (!below.empty()) text += "(" + below + ")";
    parts.push_back(text);
  }
  std::sort(parts.begin(), parts.end());
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

class ExcerptTest : public testing::Test {
 protected:
  std::string drawn_of(const ExcerptShape& shape = {}, const Query& query = {}) {
    const Profile profile(recording_.data, {});
    return drawn(profile, excerpt(profile, recording_.timeline(), query, shape));
  }
  FrameId function(const std::string& name) { return recording_.line(name + ".cpp", 1, name); }

  RecordingBuilder recording_;
};

TEST_F(ExcerptTest, SmallCallsAreFoldedIntoTheirCallers) {
  const FrameId main = function("main"), a = function("a"), x = function("x"), y = function("y");
  recording_.allocate(recording_.trace({main, a}), {999'000, 9'990});
  // Its line has more elsewhere; its way there does not come to 0.1 %, and is left out.
  recording_.allocate(recording_.trace({main, x, y, a}), {500, 5});
  // Its line is as small, at the end of a way that stays.
  recording_.allocate(recording_.trace({main, function("tiny")}), {100, 1});
  EXPECT_EQ(drawn_of(), "main(...=100 ~a=999500)");
  const Excerpt excerpt = excerpt_of(recording_);
  EXPECT_EQ(excerpt.traces, 3u);
  EXPECT_EQ(excerpt.shortened_traces, 2u);
  EXPECT_EQ(excerpt.peak, (Amount{999'600, 9'996}));
}

TEST_F(ExcerptTest, NothingIsFoldedThatComesToItsShareOfAnything) {
  const FrameId main = function("main"), x = function("x");
  recording_.allocate(recording_.trace({main, function("a")}), {998'000, 10});
  recording_.allocate(recording_.trace({main, x, function("many")}), {10, 1});  // 9 % of the blocks
  EXPECT_EQ(drawn_of(), "main(a=998000 x(many=10))");
  EXPECT_EQ(excerpt_of(recording_).shortened_traces, 0u);
  // What only came and went counts while it was live.
  recording_.tally(recording_.trace({main, x, function("passing")}), {.total = {2'000, 1},
                                                                      .temporary = {},
                                                                      .live_at_end = {},
                                                                      .live_at_peak = {},
                                                                      .live_at_process_peak = {},
                                                                      .lifetimes = {}});
  recording_.bucket(0, 100, {{TallyId{2}, {2'000, 1}, {}, {}}});
  recording_.bucket(100, 100, {{TallyId{2}, {}, {2'000, 1}, {}}});
  EXPECT_EQ(drawn_of(), "main(a=998000 x(many=10 passing=0))");
}

TEST_F(ExcerptTest, AShareOfNothingFoldsNothing) {
  const FrameId main = function("main");
  recording_.allocate(recording_.trace({main, function("a")}), {1'000'000, 1'000'000});
  recording_.allocate(recording_.trace({main, function("b")}), {1, 1});
  EXPECT_EQ(drawn_of({.least_share = 0}), "main(a=1000000 b=1)");
}

TEST_F(ExcerptTest, FoldedRecordingsAddUpToTheWhole) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    const RecordingBuilder recording = random_run(seed);
    for (const double share : {0.0, 0.001, 0.05, 0.3}) {
      const Excerpt excerpt = excerpt_of(recording, {}, {.buckets = 7, .least_share = share});
      const Header& header = recording.data.header;
      EXPECT_EQ(excerpt.peak, header.peak);
      EXPECT_EQ(excerpt.end, header.live_at_end);
      EXPECT_EQ(excerpt.total, header.total);
      EXPECT_EQ(excerpt.temporary, header.temporary);
      std::vector<Amount> live(excerpt.rows.size()), total(excerpt.rows.size());
      for (const ExcerptBucket& bucket : excerpt.buckets) {
        for (const ExcerptDelta& delta : bucket.deltas) {
          live[delta.row] += delta.allocated - delta.freed;
          total[delta.row] += delta.allocated;
        }
      }
      for (std::size_t i = 0; i < excerpt.rows.size(); ++i) {
        EXPECT_EQ(live[i], excerpt.rows[i].end);
        EXPECT_EQ(total[i], excerpt.rows[i].total);
      }
      for (std::size_t i = 1; i < excerpt.nodes.size(); ++i) {
        EXPECT_LT(excerpt.nodes[i].parent, i);
      }
    }
  }
}

TEST_F(ExcerptTest, WholeOnesHaveTheLinesOfStatistics) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const RecordingBuilder recording = random_run(seed);
    const Profile profile(recording.data, {});
    const Excerpt excerpt =
        heaptally::excerpt(profile, recording.timeline(), {}, {.least_share = 0});
    std::map<PlaceId, Amount> lines;
    for (const ExcerptRow& row : excerpt.rows) lines[excerpt.nodes[row.node].place] += row.peak;
    const Snapshot snapshot =
        take_snapshot(recording.data, recording.timeline(), Metric::kLive, {});
    std::map<PlaceId, Amount> sites;
    for (const TallyKey& tally : recording.data.tallies) {
      sites[profile.sites()[tally.trace]] += snapshot.amounts[index_of(tally.id)];
    }
    EXPECT_EQ(lines, sites);
  }
}

class ExcerptBuckets : public ExcerptTest {
 protected:
  ExcerptBuckets() {
    a_ = recording_.allocate(recording_.trace({function("a")}), {3'000, 3'000});
    b_ = recording_.allocate(recording_.trace({function("b")}), {3'000, 3'000});
    for (int i = 0; i < 3'000; ++i) {
      recording_.bucket(3 * i, 2, {{a_, {1, 1}, {}, {}}, {b_, {1, 1}, {}, {}}});
      recording_.buckets.back().max_live_bytes = static_cast<std::uint64_t>(2 * i + 7);
    }
  }

  TallyId a_{}, b_{};
};

TEST_F(ExcerptBuckets, AreAtMost512) {
  for (const int marks : {0, 3, 2'000}) {
    recording_.data.marks.clear();
    for (int i = 0; i < marks; ++i) {
      recording_.data.marks.push_back({"m", milliseconds(3 * i), {}});
    }
    const Excerpt excerpt = excerpt_of(recording_);
    EXPECT_LE(excerpt.buckets.size(), 512u) << marks;
    EXPECT_GT(excerpt.buckets.size(), 250u) << marks;
    EXPECT_EQ(excerpt.marks.size(), std::min<std::size_t>(marks, 256));
    for (std::size_t i = 1; i < excerpt.buckets.size(); ++i) {
      EXPECT_LT(excerpt.buckets[i - 1].end, excerpt.buckets[i].end);
    }
    EXPECT_EQ(excerpt.buckets.back().end, run_time(recording_.data));
  }
}

TEST_F(ExcerptBuckets, EndAtMarks) {
  recording_.data.marks = {{"one", milliseconds(300), {}}, {"two", milliseconds(3'002), {}}};
  const Excerpt excerpt = excerpt_of(recording_);
  ASSERT_EQ(excerpt.marks.size(), 2u);
  Amount live;
  std::map<Nanoseconds, std::uint64_t> live_at;
  for (const ExcerptBucket& bucket : excerpt.buckets) {
    for (const ExcerptDelta& delta : bucket.deltas) live += delta.allocated;
    live_at[bucket.end] = live.bytes;
  }
  EXPECT_EQ(live_at[milliseconds(300)], 200u);
  EXPECT_EQ(live_at[milliseconds(3'002)], 2'002u);
}

TEST_F(ExcerptBuckets, HaveTheRecordedMaximumOfTheWholeHeapAlone) {
  const auto greatest = [](const Excerpt& excerpt) {
    std::uint64_t most = 0;
    for (const ExcerptBucket& bucket : excerpt.buckets) {
      most = std::max(most, bucket.max_live_bytes);
    }
    return most;
  };
  EXPECT_EQ(greatest(excerpt_of(recording_)), 2u * 2'999 + 7);
  Query query;
  query.filters.push_back(parse_filter("a.cpp", true, false));
  const Excerpt filtered = excerpt_of(recording_, query);
  EXPECT_EQ(greatest(filtered), 3'000u);
  EXPECT_EQ(filtered.total, (Amount{3'000, 3'000}));
  EXPECT_EQ(filtered.rows.size(), 1u);
}

std::uint64_t greatest(const Excerpt& excerpt) {
  std::uint64_t most = 0;
  for (const ExcerptBucket& bucket : excerpt.buckets) most = std::max(most, bucket.max_live_bytes);
  return most;
}

TEST_F(ExcerptBuckets, AreOfTheHeapUnlessADomainIsAskedFor) {
  recording_.data.domains = {{kHeapDomain, "heap"}, {kMappedDomain, "mmap"}};
  Task task = recording_.data.tasks[0];
  task.id = TaskId(1);
  task.domain = kMappedDomain;
  task.heap_task = TaskId(0);
  recording_.data.tasks.push_back(task);
  recording_.data.tallies[index_of(b_)].task = task.id;
  EXPECT_EQ(excerpt_of(recording_).total, (Amount{3'000, 3'000}));
  EXPECT_EQ(greatest(excerpt_of(recording_)), 2u * 2'999 + 7);
  Query all;
  all.domains = {"all"};
  EXPECT_EQ(excerpt_of(recording_, all).total, (Amount{6'000, 6'000}));
  EXPECT_EQ(greatest(excerpt_of(recording_, all)), 6'000u);
}

// What is live when the last event has happened stays so, and is not stretched to the end.
TEST_F(ExcerptBuckets, EndWithATimeOfRest) {
  recording_.data.header.duration = milliseconds(100'000);
  const Excerpt excerpt = excerpt_of(recording_);
  const std::vector<ExcerptBucket>& buckets = excerpt.buckets;
  ASSERT_GE(buckets.size(), 2u);
  EXPECT_EQ(buckets.back().end, milliseconds(100'000));
  EXPECT_TRUE(buckets.back().deltas.empty());
  EXPECT_EQ(buckets.back().max_live_bytes, excerpt.end.bytes);
  EXPECT_LT(buckets[buckets.size() - 2].end, milliseconds(100'000));
}

TEST_F(ExcerptTest, OfNothing) {
  const Excerpt excerpt = excerpt_of(recording_);
  EXPECT_EQ(excerpt.nodes.size(), 1u);
  EXPECT_TRUE(excerpt.rows.empty());
  ASSERT_FALSE(excerpt.buckets.empty());
  EXPECT_EQ(excerpt.buckets.back().end, milliseconds(10'000));
}

}  // namespace
}  // namespace heaptally
