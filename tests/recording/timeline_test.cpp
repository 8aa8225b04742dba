#include "core/recording/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace heaptally {

namespace {

constexpr std::int64_t kBase = 100;

class MapStore : public BucketStore {
 public:
  void write(const Bucket& bucket) override {
    ++changes;
    rows[bucket.start] = bucket;
  }
  void read(Nanoseconds start, Bucket& bucket) override {
    ++reads;
    bucket = rows.at(start);
  }
  void erase(Nanoseconds start) override { ASSERT_EQ(rows.erase(start), 1u); }

  std::map<Nanoseconds, Bucket> rows;
  int reads = 0;
  int changes = 0;
};

Bucket bucket_at(std::int64_t index, std::uint64_t seed) {
  Bucket bucket{Nanoseconds(index * kBase), Nanoseconds(kBase), 1'000 + seed % 997, {}};
  for (std::uint32_t id = static_cast<std::uint32_t>(seed % 3); id < 10; id += 3) {
    bucket.deltas.push_back({static_cast<TallyId>(id), {seed % 50, 1}, {seed % 7, 1}, {id, 0}});
  }
  return bucket;
}

using Sums = std::map<TallyId, Amount>;

void add(Sums& sums, const Bucket& bucket) {
  for (const TallyDelta& delta : bucket.deltas) {
    sums[delta.id] += delta.allocated;
    sums[delta.id] -= delta.freed;
  }
}

// At each edge of the stored rows, what was live by the rows must be what was live by
// the buckets that were added; and each row's maximum that of the buckets in it.
void expect_exact(const MapStore& store, const std::vector<Bucket>& added) {
  Sums by_rows;
  Sums by_buckets;
  auto bucket = added.begin();
  Nanoseconds last_end{0};
  for (const auto& [start, row] : store.rows) {
    ASSERT_EQ(start, row.start);
    ASSERT_GE(row.start, last_end) << "rows overlap";
    ASSERT_EQ(row.start.count() % row.width.count(), 0) << "not aligned";
    last_end = row.start + row.width;
    ASSERT_TRUE(std::is_sorted(row.deltas.begin(), row.deltas.end(),
                               [](const auto& a, const auto& b) { return a.id < b.id; }));
    add(by_rows, row);
    std::uint64_t most = 0;
    for (; bucket != added.end() && bucket->start < last_end; ++bucket) {
      ASSERT_GE(bucket->start, row.start);
      add(by_buckets, *bucket);
      most = std::max(most, bucket->max_live_bytes);
    }
    ASSERT_EQ(by_rows, by_buckets);
    ASSERT_EQ(row.max_live_bytes, most);
  }
  ASSERT_EQ(bucket, added.end());
}

// Adds buckets at `indices` and checks the rows now and then.
void run(const std::vector<std::int64_t>& indices, std::size_t max_rows, std::size_t most_rows) {
  MapStore store;
  Timeline timeline(store, max_rows);
  std::vector<Bucket> added;
  std::mt19937_64 random(7);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    added.push_back(bucket_at(indices[i], random()));
    ASSERT_TRUE(timeline.accepts(added.back()));
    store.reads = store.changes = 0;
    timeline.add(added.back());
    ASSERT_LE(store.reads, 8);
    ASSERT_LE(store.changes, 6);
    ASSERT_LE(timeline.rows(), most_rows);
    if (i % 97 == 0 || i + 1 == indices.size()) {
      timeline.flush();
      ASSERT_EQ(store.rows.size(), timeline.rows());
      ASSERT_NO_FATAL_FAILURE(expect_exact(store, added));
    }
  }
}

TEST(Timeline, FewBucketsStayAsTheyAre) {
  MapStore store;
  Timeline timeline(store, 64);
  for (int i = 0; i < 64; ++i) timeline.add(bucket_at(i, 1));
  timeline.flush();
  EXPECT_EQ(store.rows.size(), 64u);
  EXPECT_EQ(timeline.width(), Nanoseconds(kBase));
  EXPECT_EQ(store.reads, 0);
}

// Whatever a bucket has become part of, its row is found by the bucket's start.
TEST(Timeline, FindsTheRowOfEachBucket) {
  for (const std::int64_t gap : {1, 3, 40}) {
    MapStore store;
    Timeline timeline(store, 64);
    EXPECT_EQ(timeline.row_at(Nanoseconds(7)), Nanoseconds(7));
    constexpr std::int64_t kBuckets = 3'000;
    for (std::int64_t i = 0; i < kBuckets; ++i) timeline.add(bucket_at(i * gap, 5));
    timeline.flush();
    ASSERT_LT(store.rows.size(), 300u);
    for (std::int64_t i = 0; i < kBuckets; ++i) {
      const Nanoseconds start = Nanoseconds(i * gap * kBase);
      const auto row = store.rows.find(timeline.row_at(start));
      ASSERT_NE(row, store.rows.end());
      ASSERT_LE(row->second.start, start);
      ASSERT_LT(start, row->second.start + row->second.width);
    }
  }
}

TEST(Timeline, DenseBucketsMergeToWiderOnes) {
  std::vector<std::int64_t> indices(5'000);
  for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<std::int64_t>(i);
  run(indices, 128, 128 + 32);
}

TEST(Timeline, SparseBucketsToo) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < 3'000; ++i) indices.push_back(i * 1'000 + i % 7);
  run(indices, 128, 128 + 32);
}

TEST(Timeline, AndBurstsAfterSilence) {
  std::vector<std::int64_t> indices;
  std::mt19937 random(3);
  std::int64_t at = 0;
  while (indices.size() < 6'000) {
    const std::size_t burst = random() % 300;
    for (std::size_t i = 0; i < burst; ++i) indices.push_back(at++);
    at += static_cast<std::int64_t>(random() % 100'000);
  }
  run(indices, 128, 128 + 64);
}

TEST(Timeline, WeeksAreBounded) {
  MapStore store;
  Timeline timeline(store);
  const Bucket seed = bucket_at(0, 5);
  std::size_t most = 0;
  for (std::int64_t i = 0; i < 1'000'000; ++i) {
    Bucket bucket = seed;
    bucket.start = Nanoseconds(i * kBase);
    timeline.add(bucket);
    most = std::max(most, timeline.rows());
  }
  EXPECT_LE(most, 4096u + 64);
  EXPECT_GE(timeline.rows(), 2'000u);
}

// Marks at odd moments, between and within buckets: the edges stay through all merging, and what is
// live at each is what it was. The row of each bucket is found, and so on its side of the marks.
void run_with_kept_edges(std::size_t buckets, std::size_t kept_every, std::size_t max_rows) {
  MapStore store;
  Timeline timeline(store, max_rows);
  std::mt19937_64 random(5);
  Sums live;
  std::map<std::int64_t, Sums> at_kept;
  std::vector<Nanoseconds> starts;
  const auto add_bucket = [&](std::int64_t start, std::int64_t end) {
    Bucket bucket = bucket_at(0, random());
    bucket.start = Nanoseconds(start);
    bucket.width = Nanoseconds(end - start);
    ASSERT_TRUE(timeline.accepts(bucket));
    timeline.add(bucket);
    starts.push_back(bucket.start);
    add(live, bucket);
  };
  for (std::size_t i = 0; i < buckets; ++i) {
    std::int64_t start = static_cast<std::int64_t>(i) * kBase;
    if (random() % kept_every == 0) {
      const std::int64_t edge = start + static_cast<std::int64_t>(random() % kBase);
      ASSERT_TRUE(timeline.keep_edge(Nanoseconds(edge)));
      if (random() % 2 == 0 && edge > start) add_bucket(start, edge);
      at_kept[edge] = live;
      start = edge;
    }
    if (random() % 4 != 0) add_bucket(start, static_cast<std::int64_t>(i + 1) * kBase);
    if (random() % 50 == 0) timeline.flush();
    ASSERT_LE(timeline.rows(), max_rows + at_kept.size() + 64);
  }
  timeline.flush();
  ASSERT_EQ(store.rows.size(), timeline.rows());
  Sums by_rows;
  auto kept = at_kept.begin();
  for (const auto& [start, row] : store.rows) {
    for (; kept != at_kept.end() && kept->first <= start.count(); ++kept) {
      ASSERT_EQ(by_rows, kept->second) << "at " << kept->first;
    }
    ASSERT_TRUE(kept == at_kept.end() || (row.start + row.width).count() <= kept->first)
        << "a row reaches across " << kept->first;
    add(by_rows, row);
  }
  ASSERT_EQ(by_rows, live);
  for (const Nanoseconds start : starts) {
    const auto row = store.rows.find(timeline.row_at(start));
    ASSERT_NE(row, store.rows.end());
    ASSERT_LE(row->second.start, start);
    ASSERT_LT(start, row->second.start + row->second.width);
  }
}

TEST(Timeline, KeptEdgesStayExact) {
  run_with_kept_edges(5'000, 2, 128);
  run_with_kept_edges(20'000, 10, 128);
  run_with_kept_edges(50'000, 500, 128);
  run_with_kept_edges(20'000, 100, 4096);
}

TEST(Timeline, KeptEdgesComeInOrder) {
  MapStore store;
  Timeline timeline(store);
  EXPECT_TRUE(timeline.keep_edge(Nanoseconds(30)));
  EXPECT_TRUE(timeline.keep_edge(Nanoseconds(30)));  // two marks at one moment
  EXPECT_FALSE(timeline.keep_edge(Nanoseconds(29)));
  EXPECT_FALSE(timeline.keep_edge(Nanoseconds(-1)));
  EXPECT_FALSE(timeline.accepts(bucket_at(0, 1))) << "it would reach across";
  timeline.add({Nanoseconds(0), Nanoseconds(30), 0, {}});
  timeline.add({Nanoseconds(30), Nanoseconds(70), 0, {}});
  EXPECT_FALSE(timeline.keep_edge(Nanoseconds(99)));
  EXPECT_TRUE(timeline.keep_edge(Nanoseconds(100)));
  timeline.flush();
  EXPECT_EQ(store.rows.size(), 2u);
}

TEST(Timeline, RefusesWhatOverlaps) {
  MapStore store;
  Timeline timeline(store);
  EXPECT_FALSE(timeline.accepts({Nanoseconds(-100), Nanoseconds(100), 0, {}}));
  EXPECT_FALSE(timeline.accepts({Nanoseconds(0), Nanoseconds(0), 0, {}}));
  EXPECT_FALSE(timeline.accepts({Nanoseconds(1LL << 62), Nanoseconds(1), 0, {}}));
  timeline.add(bucket_at(3, 1));
  EXPECT_FALSE(timeline.accepts(bucket_at(2, 1)));
  EXPECT_TRUE(timeline.accepts(bucket_at(3, 1)));
  EXPECT_TRUE(timeline.accepts(bucket_at(4, 1)));
  EXPECT_FALSE(timeline.accepts({Nanoseconds(350), Nanoseconds(100), 0, {}}));
  EXPECT_TRUE(timeline.accepts({Nanoseconds(350), Nanoseconds(50), 0, {}}));
}

// Not what the collector does, but no reason to lose a recording.
TEST(Timeline, OddWidthsStayExact) {
  MapStore store;
  Timeline timeline(store, 32);
  std::mt19937_64 random(11);
  Sums by_buckets;
  std::int64_t at = 0;
  for (int i = 0; i < 3'000; ++i) {
    Bucket bucket = bucket_at(0, random());
    bucket.start = Nanoseconds(at);
    bucket.width = Nanoseconds(1 + random() % 1'000);
    at += bucket.width.count() + static_cast<std::int64_t>(random() % 50);
    if (!timeline.accepts(bucket)) continue;
    timeline.add(bucket);
    add(by_buckets, bucket);
  }
  timeline.flush();
  Sums by_rows;
  Nanoseconds last_end{0};
  for (const auto& [start, row] : store.rows) {
    ASSERT_GE(start, last_end);
    last_end = start + row.width;
    add(by_rows, row);
  }
  EXPECT_EQ(by_rows, by_buckets);
  EXPECT_LE(timeline.rows(), 128u);
}

}  // namespace

}  // namespace heaptally
