#include "core/base/error.h"
#include "tests/recording/recording_fixture.h"

namespace heaptally::test {

namespace {

namespace fs = std::filesystem;
using RoundTrip = RecordingTest;

TEST_F(RoundTrip, EveryValueComesBack) {
  RecordingWriter writer(path("a.heaptally"), false);
  write_sample(writer);
  RecordingReader reader(path("a.heaptally"));
  expect_same(reader.data(), sample_data());
  expect_same(buckets_of(reader), sample_buckets());
  expect_same(crossings_of(reader), sample_crossings());
}

TEST_F(RoundTrip, FinishLeavesOneFile) {
  {
    RecordingWriter writer(path("a.heaptally"), false);
    write_sample(writer);
  }
  RecordingReader reader(path("a.heaptally"));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path(""))) {
    names.push_back(entry.path().filename());
  }
  EXPECT_EQ(names, std::vector<std::string>{"a.heaptally"});
}

TEST_F(RoundTrip, AnEmptyRecordingIsReadable) {
  {
    RecordingWriter writer(path("a.heaptally"), false);
    writer.finish();
  }
  RecordingReader reader(path("a.heaptally"));
  EXPECT_TRUE(reader.data().header.complete);
  EXPECT_EQ(reader.data().traces.size(), 1u);
  EXPECT_EQ(reader.data().modules.size(), 1u);
  EXPECT_TRUE(reader.data().tallies.empty());
  EXPECT_TRUE(buckets_of(reader).empty());
}

TEST_F(RoundTrip, VisitingStopsWhenAsked) {
  RecordingWriter writer(path("a.heaptally"), false);
  write_sample(writer);
  RecordingReader reader(path("a.heaptally"));
  int visits = 0;
  reader.for_each_bucket([&](const Bucket&) { return ++visits < 2; });
  EXPECT_EQ(visits, 2);
  EXPECT_EQ(buckets_of(reader).size(), 4u);
}

TEST_F(RoundTrip, PutReplaces) {
  {
    RecordingWriter writer(path("a.heaptally"), false);
    write_unfinished_sample(writer);
    Process process = sample_data().processes[1];
    process.exit_status = 137;
    writer.put(process);
    Module module = sample_data().modules[2];
    module.debug = "dwarf";
    writer.put(module);
    writer.add(FrameLocations{FrameId{0}, {{"only", "b.cpp", 1, 0, 0}}});
    writer.finish();
  }
  RecordingReader reader(path("a.heaptally"));
  EXPECT_EQ(reader.data().processes[1].exit_status, 137);
  EXPECT_EQ(reader.data().modules[2].debug, "dwarf");
  ASSERT_EQ(reader.data().locations[0].size(), 1u);
  EXPECT_EQ(reader.data().locations[0][0].function, "only");
}

TEST_F(RoundTrip, OneTimeBucketMayComeInParts) {
  {
    RecordingWriter writer(path("a.heaptally"), false);
    write_unfinished_sample(writer);
    Bucket more = sample_buckets().back();
    more.max_live_bytes = 1;
    more.deltas = {{TallyId{1}, {7, 1}, {0, 0}, {0, 0}}, {TallyId{2}, {0, 1}, {0, 0}, {0, 0}}};
    writer.add(more);
    writer.finish();
  }
  RecordingReader reader(path("a.heaptally"));
  const std::vector<Bucket> buckets = buckets_of(reader);
  ASSERT_EQ(buckets.size(), 4u);
  EXPECT_EQ(buckets[3].max_live_bytes, 1ULL << 45);
  ASSERT_EQ(buckets[3].deltas.size(), 3u);
  EXPECT_EQ(buckets[3].deltas[1].allocated, (Amount{507, 6}));
}

// Buckets merge as they are added; what survived them is stored for the rows that are left.
TEST_F(RoundTrip, SurvivorsGoWithTheRowsOfTheTimeline) {
  constexpr int kBuckets = 20'000;
  const Nanoseconds width(1'000'000);
  std::vector<Survivors> survivors;
  {
    RecordingWriter writer(path("a.heaptally"), false);
    write_unfinished_sample(writer);
    for (int i = 0; i < kBuckets; ++i) {
      const Nanoseconds start = std::chrono::seconds(4) + i * width;
      const std::uint64_t size = static_cast<std::uint64_t>(i) + 1;
      writer.add(Bucket{start, width, 0, {{TallyId{i % 2 == 0 ? 0u : 2u}, {size, 1}, {}, {}}}});
      survivors.push_back({start, {{TallyId{i % 2 == 0 ? 0u : 2u}, {size, 1}}}});
    }
    writer.add(std::span<const Survivors>(survivors));
    EXPECT_THROW(writer.add(Bucket{std::chrono::hours(1), width, 0, {}}), Error);
    writer.finish();
  }
  RecordingReader reader(path("a.heaptally"));
  const std::vector<Survivors>& stored = *reader.data().survivors;
  EXPECT_LT(stored.size(), 5'000u);
  auto row = stored.begin();
  for (const Bucket& bucket : buckets_of(reader)) {
    if (bucket.start < std::chrono::seconds(4)) continue;
    ASSERT_NE(row, stored.end());
    ASSERT_EQ(row->start, bucket.start);
    ASSERT_EQ(row->amounts.size(), bucket.deltas.size());
    for (std::size_t i = 0; i < bucket.deltas.size(); ++i) {
      ASSERT_EQ(row->amounts[i].id, bucket.deltas[i].id);
      ASSERT_EQ(row->amounts[i].amount, bucket.deltas[i].allocated);
    }
    ++row;
  }
  EXPECT_EQ(row, stored.end());
}

TEST_F(RoundTrip, OddNamesAreJustNames) {
  for (const char* name : {":memory:", "file:a?mode=memory", "a b%20c#.heaptally", "-x"}) {
    SCOPED_TRACE(name);
    {
      RecordingWriter writer(path(name), false);
      writer.finish();
    }
    EXPECT_TRUE(fs::is_regular_file(path(name)));
    EXPECT_EQ(error_of_opening(path(name)), "");
  }
}

TEST_F(RoundTrip, AnExistingFileIsReplacedOnlyWhenAsked) {
  write_bytes(path("a"), "precious");
  write_bytes(path("a-wal"), "of a recording that is gone");
  try {
    RecordingWriter writer(path("a"), false);
    FAIL() << "it was replaced";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--force"), std::string::npos) << error.what();
  }
  EXPECT_EQ(read_bytes(path("a")), "precious");
  {
    RecordingWriter writer(path("a"), true);
    write_sample(writer);
  }
  RecordingReader reader(path("a"));
  expect_same(reader.data(), sample_data());
}

TEST_F(RoundTrip, OnlyARegularFileIsReplaced) {
  write_bytes(path("a"), "precious");
  fs::create_symlink(path("a"), path("link"));
  fs::create_directory(path("folder"));
  EXPECT_THROW(RecordingWriter(path("link"), true), Error);
  EXPECT_THROW(RecordingWriter(path("folder"), true), Error);
  EXPECT_THROW(RecordingWriter(path("missing/a"), true), Error);
  EXPECT_EQ(read_bytes(path("a")), "precious");
}

TEST_F(RoundTrip, BrokenPromisesAreRefused) {
  RecordingWriter writer(path("a"), false);
  write_unfinished_sample(writer);
  Process process;
  process.id = ProcessId{9};
  EXPECT_THROW(writer.put(process), Error);
  process.id = ProcessId{5};
  process.previous = ProcessId{5};
  EXPECT_THROW(writer.put(process), Error);
  EXPECT_THROW(writer.put(Task{TaskId{9}, {}, 0, "", 1}), Error);
  EXPECT_THROW(writer.put(Task{TaskId{2}, ProcessId{9}, 0, "", 1}), Error);
  const Frame frame{FrameId{4}, ModuleId{3}, 0, FrameKind::kExact};
  EXPECT_THROW(writer.add(std::span(&frame, 1)), Error);
  const Trace trace{TraceId{5}, TraceId{5}, FrameId{0}};
  EXPECT_THROW(writer.add(std::span(&trace, 1)), Error);
  const TallyKey tally{TallyId{3}, TraceId{5}, TaskId{0}, SizeClass{1}};
  EXPECT_THROW(writer.add(std::span(&tally, 1)), Error);
  EXPECT_THROW(writer.add(sample_buckets().front()), Error);  // earlier than the last one
  Bucket bucket{Nanoseconds(1LL << 40), Nanoseconds(1), 0, {{TallyId{3}, {}, {}, {}}}};
  EXPECT_THROW(writer.add(bucket), Error);
  bucket.deltas = {{TallyId{1}, {}, {}, {}}, {TallyId{1}, {}, {}, {}}};
  EXPECT_THROW(writer.add(bucket), Error);
  writer.finish();
  EXPECT_EQ(error_of_opening(path("a")), "");
}

}  // namespace

}  // namespace heaptally::test
