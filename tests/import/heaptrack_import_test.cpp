// A small recording of heaptrack's, of which every figure is known, as heaptally reads it.
#include "core/import/heaptrack_import.h"

#include <fstream>

#include "core/profile/heap_timeline.h"
#include "core/profile/leaks.h"
#include "core/profile/lifetimes.h"
#include "core/profile/statistics.h"
#include "core/profile/summary.h"
#include "core/recording/reader.h"
#include "tests/import/import_fixture.h"

namespace heaptally {
namespace {

// Peak: 16 + 32 + 32 + 1 at 10 ms, between two looks at the clock. Live at the end: 16 + 1.
constexpr std::string_view kEvents =
    "+ 0\n"
    "c a\n"
    "R 2\n"
    "+ 1\n+ 1\n+ 2\n- 1\n- 1\n"
    "c 14\n"
    "R 3\n"
    "+ 1\n- 1\n+ 0\n- 0\n";

class Import : public InFolder {
 protected:
  std::filesystem::path output() const { return folder() / "out.heaptally"; }
  ImportResult import(std::string_view events, std::string_view tail = kTail) {
    const std::string text = std::string(kHead) + std::string(kBody) + std::string(events);
    return import_heaptrack({.input = write(text + std::string(tail)), .output = output()});
  }
};

TEST_F(Import, HasTheExactAmounts) {
  const ImportResult result = import(kEvents);
  EXPECT_TRUE(result.finished);
  EXPECT_EQ(result.imported_from, "heaptrack 1.4.0");
  const RecordingReader reader(output());
  const Header& header = reader.data().header;
  EXPECT_TRUE(header.complete);
  EXPECT_EQ(header.imported_from, "heaptrack 1.4.0");
  EXPECT_EQ(header.command, std::vector<std::string>{"prog -a b"});
  EXPECT_EQ(header.total, (Amount{16 + 32 * 3 + 1 + 16, 6}));
  EXPECT_EQ(header.temporary, (Amount{32 + 16, 2}));
  EXPECT_EQ(header.peak, (Amount{81, 4}));
  EXPECT_EQ(header.peak_time, std::chrono::milliseconds(10));
  EXPECT_EQ(header.live_at_end, (Amount{17, 2}));
  EXPECT_EQ(header.frees, 4u);
  EXPECT_EQ(header.duration, std::chrono::milliseconds(21));
  EXPECT_EQ(header.peak_rss, 3u * 4096);
  EXPECT_EQ(header.exit_status, kUnknownExit);
  EXPECT_EQ(reader.data().domains[0].peak, header.peak);
  EXPECT_EQ(reader.data().processes[0].peak, header.peak);
  EXPECT_EQ(reader.data().processes[0].command, "prog -a b");
}

TEST_F(Import, ChargesTheSameLines) {
  import(kEvents);
  RecordingReader reader(output());
  const Profile profile(reader.data(), SiteRules{});
  const BucketSource timeline = [&](const BucketVisitor& visit) { reader.for_each_bucket(visit); };
  const Snapshot peak = take_snapshot(reader.data(), timeline, Metric::kLive, Moment{});
  Query all;
  all.limit = 0;
  const Statistics rows = statistics(profile, peak, all);
  ASSERT_EQ(rows.rows.size(), 3u);
  const Places& places = profile.places();
  EXPECT_EQ(places.function(rows.rows[0].key.place), "grab");
  EXPECT_EQ(places.where(rows.rows[0].key.place), "lib.so");
  EXPECT_EQ(rows.rows[0].amount, (Amount{64, 2}));
  EXPECT_EQ(places.where(rows.rows[1].key.place), "work.h");
  EXPECT_EQ(places[rows.rows[1].key.place].line, 7u);
  EXPECT_EQ(rows.rows[1].amount, (Amount{16, 1}));
  EXPECT_EQ(rows.rows[2].key.place, kUnknownPlace);
}

TEST_F(Import, HasATimelineOfItsEvents) {
  import(kEvents);
  RecordingReader reader(output());
  std::vector<std::uint64_t> maxima;
  Amount allocated, freed;
  reader.for_each_bucket([&](const Bucket& bucket) {
    maxima.push_back(bucket.max_live_bytes);
    for (const TallyDelta& delta : bucket.deltas) {
      allocated += delta.allocated;
      freed += delta.freed;
    }
    return true;
  });
  EXPECT_EQ(maxima, (std::vector<std::uint64_t>{16, 81, 49}));
  EXPECT_EQ(allocated, reader.data().header.total);
  // What was never freed ends with its process.
  EXPECT_EQ(freed, allocated);
  ASSERT_EQ(reader.data().samples.size(), 2u);
  EXPECT_EQ(reader.data().samples[1].time, std::chrono::milliseconds(20));
}

TEST_F(Import, DoesNotInventWhatIsNotKnown) {
  import(kEvents);
  RecordingReader reader(output());
  const RecordingData& data = reader.data();
  const Profile profile(data, SiteRules{});
  const BucketSource timeline = [&](const BucketVisitor& visit) { reader.for_each_bucket(visit); };
  EXPECT_EQ(data.tasks[0].threads, 0u);
  EXPECT_EQ(data.processes[0].pid, 0);
  EXPECT_FALSE(data.survivors);
  for (const TallyTotals& totals : data.totals) EXPECT_TRUE(totals.lifetimes.empty());
  EXPECT_NE(error_of([&] { lifetimes(profile, {}); }).find("imported from heaptrack 1.4.0"),
            std::string::npos);
  const LeakRange since = {.from = parse_moment("10ms"), .to = {}};
  EXPECT_NE(error_of([&] {
              find_leaks(data, timeline, {}, since, {});
            }).find("imported from heaptrack 1.4.0"),
            std::string::npos);
  EXPECT_FALSE(summarize(profile, 1).heap_share);
  for (const TimelineRow& row :
       heap_timeline(profile, timeline, {}, Nanoseconds{0}, run_time(data)).rows) {
    EXPECT_FALSE(row.cpu);
  }
}

TEST_F(Import, OfWhatWasCutIsUnfinished) {
  const ImportResult result = import(kEvents, "+ 1");
  EXPECT_FALSE(result.finished);
  EXPECT_EQ(result.total, (Amount{129, 6}));
  const RecordingReader reader(output());
  EXPECT_FALSE(reader.data().header.complete);
  EXPECT_EQ(reader.data().header.total, (Amount{129, 6}));
  EXPECT_EQ(reader.data().header.live_at_end, (Amount{17, 2}));
  EXPECT_EQ(reader.data().header.imported_from, "heaptrack 1.4.0");
  EXPECT_FALSE(std::filesystem::exists(output().string() + "-wal"));
}

TEST_F(Import, SaysThatHeaptrackCameLater) {
  import("A\n+ 0\n");
  EXPECT_EQ(RecordingReader(output()).data().header.imported_from,
            "heaptrack 1.4.0, attached to a running program");
}

TEST_F(Import, OfWhatIsDamagedLeavesNothing) {
  EXPECT_NE(error_of([&] { import("+ 77\n"); }).find("line 23: "), std::string::npos);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    EXPECT_EQ(entry.path().filename(), "input");
    ++files;
  }
  EXPECT_EQ(files, 1u);
}

TEST_F(Import, ReplacesOnlyIfAsked) {
  import(kEvents);
  EXPECT_NE(error_of([&] { import(kEvents); }).find("exists; give another name, or --force"),
            std::string::npos);
  const std::filesystem::path input = write(std::string(kHead) + std::string(kTail));
  import_heaptrack({.input = input, .output = output(), .overwrite = true});
  EXPECT_EQ(RecordingReader(output()).data().header.total, Amount{});
}

}  // namespace
}  // namespace heaptally
