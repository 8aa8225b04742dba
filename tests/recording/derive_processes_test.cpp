// What is worked out of a recording that does not say all of its process images.
#include "core/recording/derive_processes.h"

#include "core/recording/derive.h"
#include "tests/recording/recording_fixture.h"

namespace heaptally::test {

namespace {

using std::chrono::seconds;

// One process of two images, each with one thread and one tally. The first gives back, in the
// third second, what it held when the second image replaced it.
class DeriveProcesses : public ::testing::Test {
 protected:
  DeriveProcesses() {
    data_.header.duration = seconds(4);
    data_.header.peak = {77, 7};
    data_.header.peak_time = seconds(1);
    for (std::uint32_t i = 0; i < 2; ++i) {
      Process& process = data_.processes.emplace_back();
      process.id = ProcessId{i};
      process.pid = 100;
      process.exit_status = 0;
      data_.tasks.push_back({TaskId{i}, ProcessId{i}, 100, "main", 1});
      data_.tallies.push_back({TallyId{i}, kRootTrace, TaskId{i}, SizeClass{4}});
      data_.totals.emplace_back().id = TallyId{i};
    }
    buckets_ = {{seconds(0), seconds(1), 50, {{TallyId{0}, {50, 5}, {10, 1}, {}}}},
                {seconds(1), seconds(1), 60, {{TallyId{0}, {20, 2}, {}, {}}}},
                {seconds(2),
                 seconds(1),
                 60,
                 {{TallyId{0}, {1, 1}, {61, 7}, {}}, {TallyId{1}, {30, 3}, {}, {}}}},
                {seconds(3), seconds(1), 30, {{TallyId{1}, {5, 1}, {10, 1}, {}}}}};
  }

  ForEachBucket timeline() const {
    return [this](const VisitBucket& visit) {
      for (const Bucket& bucket : buckets_) {
        if (!visit(bucket)) return;
      }
    };
  }

  RecordingData data_;
  std::vector<Bucket> buckets_;
};

TEST_F(DeriveProcesses, OfAnUnfinishedRecordingFromItsTimeline) {
  data_.processes[0].live_at_end = {61, 7};  // stored when it ended; the timeline has it as freed
  data_.processes[0].peak = {63, 8};
  derive_processes(timeline(), data_);
  const Process& first = data_.processes[0];
  EXPECT_EQ(first.total, (Amount{71, 8}));
  EXPECT_EQ(first.live_at_end, (Amount{61, 7}));
  EXPECT_EQ(first.peak, (Amount{60, 6}));
  EXPECT_EQ(first.peak_time, seconds(2));
  const Process& second = data_.processes[1];
  EXPECT_EQ(second.total, (Amount{35, 4}));
  EXPECT_EQ(second.live_at_end, (Amount{25, 3}));
  EXPECT_EQ(second.peak, (Amount{30, 3}));
  EXPECT_EQ(second.peak_time, seconds(3));
  EXPECT_EQ(data_.totals[0].live_at_process_peak, (Amount{60, 6}));
  EXPECT_EQ(data_.totals[1].live_at_process_peak, (Amount{30, 3}));
  EXPECT_FALSE(data_.exact_process_peaks);
}

TEST_F(DeriveProcesses, KeepsWhatWasStoredOfOneThatNoEdgeShows) {
  buckets_ = {{seconds(0), seconds(1), 50, {{TallyId{0}, {50, 5}, {50, 5}, {}}}}};
  data_.processes[0].total = {50, 5};
  data_.processes[0].live_at_end = {10, 1};
  data_.processes[0].peak = {40, 4};
  derive_processes(timeline(), data_);
  EXPECT_EQ(data_.processes[0].total, (Amount{50, 5}));
  EXPECT_EQ(data_.processes[0].live_at_end, (Amount{10, 1}));
  EXPECT_EQ(data_.processes[0].peak, (Amount{40, 4}));
}

TEST_F(DeriveProcesses, HasNoPeakOfFoldedOnes) {
  data_.processes[0].pid = 0;
  data_.processes[0].processes = 9;
  data_.processes[0].peak = {40, 4};
  derive_processes(timeline(), data_);
  EXPECT_EQ(data_.processes[0].total, (Amount{71, 8}));
  EXPECT_EQ(data_.processes[0].peak, (Amount{40, 4}));
  EXPECT_EQ(data_.totals[0].live_at_process_peak, Amount{});
}

TEST_F(DeriveProcesses, DoesNotTakeADamagedTimelineForAPeak) {
  buckets_[0].deltas[0].freed = {1000, 1000};
  buckets_.resize(2);
  derive_processes(timeline(), data_);
  EXPECT_EQ(data_.processes[0].peak, Amount{});
  EXPECT_EQ(data_.processes[0].live_at_end, Amount{});
}

TEST_F(DeriveProcesses, OfVersion1WithSeveralImagesFromTotalsAndTimeline) {
  data_.totals[0].total = {71, 8};
  data_.totals[0].live_at_end = {61, 7};
  data_.totals[1].total = {35, 4};
  derive_processes_of_version_1(timeline(), data_);
  EXPECT_EQ(data_.processes[0].total, (Amount{71, 8}));
  EXPECT_EQ(data_.processes[0].live_at_end, (Amount{61, 7}));
  EXPECT_EQ(data_.processes[0].peak, (Amount{60, 6}));
  EXPECT_EQ(data_.processes[1].peak, (Amount{30, 3}));
  EXPECT_FALSE(data_.exact_process_peaks);
}

TEST_F(DeriveProcesses, OfVersion1WithOneImageExactly) {
  data_.processes.pop_back();
  data_.tasks[1].process = ProcessId{0};
  data_.totals[0].live_at_peak = {70, 6};
  data_.totals[1].live_at_peak = {7, 1};
  derive_processes_of_version_1(timeline(), data_);
  EXPECT_EQ(data_.processes[0].peak, (Amount{77, 7}));
  EXPECT_EQ(data_.processes[0].peak_time, seconds(1));
  EXPECT_EQ(data_.totals[0].live_at_process_peak, (Amount{70, 6}));
  EXPECT_EQ(data_.totals[1].live_at_process_peak, (Amount{7, 1}));
  EXPECT_TRUE(data_.exact_process_peaks);
}

TEST_F(DeriveProcesses, LinksImagesOfVersion1ByTheirPid) {
  Process& third = data_.processes.emplace_back();
  third.id = ProcessId{2};
  third.pid = 100;
  third.exit_status = 3;
  link_images_of_version_1(data_);
  EXPECT_EQ(data_.processes[0].previous, std::nullopt);
  EXPECT_EQ(data_.processes[1].previous, ProcessId{0});
  EXPECT_EQ(data_.processes[2].previous, ProcessId{1});
  EXPECT_EQ(data_.processes[0].exit_status, kUnknownExit);
  EXPECT_EQ(data_.processes[1].exit_status, kUnknownExit);
  EXPECT_EQ(data_.processes[2].exit_status, 3);
}

// The second image's tally is of what it maps.
TEST_F(DeriveProcesses, WhatIsOfOtherDomainsIsApart) {
  data_.domains = {{kHeapDomain, "heap"}, {kMappedDomain, "mmap"}};
  data_.tasks[1].domain = kMappedDomain;
  derive_totals(timeline(), data_);
  derive_processes(timeline(), data_);
  EXPECT_EQ(data_.header.total, (Amount{71, 8}));
  EXPECT_EQ(data_.header.peak, (Amount{60, 6}));
  EXPECT_EQ(data_.header.frees, 8u);
  EXPECT_EQ(data_.domains[0].total, data_.header.total);
  EXPECT_EQ(data_.domains[0].peak, data_.header.peak);
  const Domain& mapped = data_.domains[1];
  EXPECT_EQ(mapped.name, "mmap");
  EXPECT_EQ(mapped.total, (Amount{35, 4}));
  EXPECT_EQ(mapped.live_at_end, (Amount{25, 3}));
  EXPECT_EQ(mapped.peak, (Amount{30, 3}));
  EXPECT_EQ(mapped.peak_time, seconds(3));
  EXPECT_EQ(data_.processes[1].total, (Amount{0, 0}));
  EXPECT_EQ(data_.totals[0].live_at_peak, (Amount{60, 6}));
  EXPECT_EQ(data_.totals[1].live_at_peak, (Amount{0, 0}));
  EXPECT_EQ(data_.totals[1].live_at_process_peak, (Amount{30, 3}));
}

}  // namespace

}  // namespace heaptally::test
