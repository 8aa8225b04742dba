// Sizes, lifetimes, threads, temporaries and what each process held: histograms and tables of one
// recording whose numbers are known.
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/profile/lifetimes.h"
#include "core/profile/process_amounts.h"
#include "core/profile/sizes.h"
#include "core/profile/temporaries.h"
#include "core/profile/threads.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

// Two threads, of which the second is another process's; two lines; blocks of 3 classes of sizes.
struct TwoThreads : RecordingBuilder {
  TwoThreads() {
    const FrameId main = line("main.cpp", 3);
    a = trace({main, line("src/a.cpp", 5)});
    b = trace({main, line("src/b.cpp", 7)});
    const ProcessId child = process(200, "/bin/child -x", 100);
    const TaskId worker = task("worker", 200, 1, child);
    tally(a,
          {.total = {640, 10},
           .temporary = {256, 4},
           .live_at_end = {64, 1},
           .live_at_peak = {128, 2},
           .live_at_process_peak = {192, 3},
           .lifetimes = {{0, 1}, {10, 6}, {12, 2}}},
          TaskId{0}, SizeClass{7});
    tally(b,
          {.total = {1000, 1},
           .temporary = {},
           .live_at_end = {},
           .live_at_peak = {1000, 1},
           .live_at_process_peak = {},
           .lifetimes = {{40, 1}}},
          worker, SizeClass{10});
    tally(a,
          {.total = {90, 3},
           .temporary = {30, 1},
           .live_at_end = {60, 2},
           .live_at_peak = {},
           .live_at_process_peak = {90, 3},
           .lifetimes = {{10, 1}}},
          worker, SizeClass{5});
    data.processes[0].total = {640, 10};
    data.processes[0].peak = {256, 4};
    data.processes[0].live_at_end = {64, 1};
    data.processes[1].total = {1090, 4};
    data.processes[1].peak = {1030, 2};
    data.processes[1].live_at_end = {60, 2};
  }

  Snapshot snapshot(Metric metric, Moment::Kind kind) const {
    return take_snapshot(data, timeline(), metric, {.kind = kind});
  }

  TraceId a{}, b{};
};

Query only(const char* filter) {
  Query query;
  query.filters.push_back(parse_filter(filter, true, false));
  return query;
}

TEST(Sizes, ShowEveryClassFromTheSmallestToTheGreatest) {
  const TwoThreads recording;
  const Profile profile(recording.data, {});
  const Sizes all = sizes(profile, recording.snapshot(Metric::kTotal, Moment::Kind::kEnd),
                          recording.snapshot(Metric::kLive, Moment::Kind::kPeak), {});
  ASSERT_EQ(all.rows.size(), 6u);  // classes 5 to 10
  EXPECT_EQ(all.rows.front().size_class, SizeClass{5});
  EXPECT_EQ(all.rows.front().total, (Amount{90, 3}));
  EXPECT_EQ(all.rows.front().live, Amount{});
  EXPECT_EQ(all.rows[1].total, Amount{});
  EXPECT_EQ(all.rows[2].total, (Amount{640, 10}));
  EXPECT_EQ(all.rows[2].live, (Amount{128, 2}));
  EXPECT_EQ(all.rows.back().live, (Amount{1000, 1}));
  EXPECT_EQ(all.total, (Amount{1730, 14}));
  EXPECT_EQ(all.live, (Amount{1128, 3}));
}

TEST(Sizes, OfWhatAFilterKeeps) {
  const TwoThreads recording;
  const Profile profile(recording.data, {});
  const Snapshot total = recording.snapshot(Metric::kTotal, Moment::Kind::kEnd);
  const Snapshot live = recording.snapshot(Metric::kLive, Moment::Kind::kEnd);
  const Sizes some = sizes(profile, total, live, only("*/b.cpp"));
  ASSERT_EQ(some.rows.size(), 1u);
  EXPECT_EQ(some.total, (Amount{1000, 1}));
  EXPECT_EQ(some.live, Amount{});
  EXPECT_EQ(some.whole_total, (Amount{1730, 14}));
  EXPECT_EQ(some.whole_live, (Amount{124, 3}));
  EXPECT_TRUE(sizes(profile, total, live, only("nowhere")).rows.empty());
}

TEST(Lifetimes, AddUpAndLeaveNoClassOut) {
  const TwoThreads recording;
  const Profile profile(recording.data, {});
  const Lifetimes all = lifetimes(profile, {});
  ASSERT_EQ(all.rows.size(), 41u);  // classes 0 to 40
  EXPECT_EQ(all.rows[0].from, 0u);
  EXPECT_EQ(all.rows[0].to, 1u);
  EXPECT_EQ(all.rows[0].count, 1u);
  EXPECT_EQ(all.rows[10].from, 512u);
  EXPECT_EQ(all.rows[10].to, 1024u);
  EXPECT_EQ(all.rows[10].count, 7u);
  EXPECT_EQ(all.rows[11].count, 0u);
  EXPECT_EQ(all.rows[40].count, 1u);
  EXPECT_EQ(all.freed, 11u);
  EXPECT_EQ(all.never_freed, (Amount{124, 3}));
  EXPECT_EQ(all.freed + all.never_freed.count, all.total.count);
}

TEST(Lifetimes, OfOneThread) {
  const TwoThreads recording;
  const Profile profile(recording.data, {});
  Query query;
  query.threads = {"worker"};
  const Lifetimes some = lifetimes(profile, query);
  EXPECT_EQ(some.freed, 2u);
  EXPECT_EQ(some.rows.front().from, 512u);
  EXPECT_EQ(some.whole.count, 14u);
}

TEST(Lifetimes, EndWithTheLongestThereCanBe) {
  RecordingBuilder recording;
  recording.tally(recording.trace({recording.line("a.cpp", 1)}),
                  {.total = {1, 1},
                   .temporary = {},
                   .live_at_end = {},
                   .live_at_peak = {},
                   .live_at_process_peak = {},
                   .lifetimes = {{64, 1}, {200, 9}}});  // there is no class 200
  const Lifetimes all = lifetimes(Profile(recording.data, {}), {});
  ASSERT_EQ(all.rows.size(), 1u);
  EXPECT_EQ(all.rows[0].from, std::uint64_t{1} << 63);
  EXPECT_EQ(all.rows[0].to, 0u);
  EXPECT_EQ(all.freed, 1u);
}

TEST(Threads, AreSortedByTheColumnAskedFor) {
  const TwoThreads recording;
  const Profile profile(recording.data, {});
  const auto first = [&](const char* order) {
    return threads(profile, {}, parse_thread_order(order)).rows.front().task;
  };
  EXPECT_EQ(first("total"), TaskId{1});
  EXPECT_EQ(first("allocations"), TaskId{0});
  EXPECT_EQ(first("temporary"), TaskId{0});
  EXPECT_EQ(first("peak"), TaskId{1});
  EXPECT_EQ(first("end"), TaskId{0});
  EXPECT_EQ(first("name"), TaskId{0});
  EXPECT_THROW(parse_thread_order("size"), Error);
  for (const ThreadOrder order : {ThreadOrder::kTotal, ThreadOrder::kName, ThreadOrder::kEnd}) {
    EXPECT_EQ(parse_thread_order(name_of(order)), order);
  }
}

TEST(Threads, AddUpToAllThatIsKept) {
  const TwoThreads recording;
  const Profile profile(recording.data, {});
  Query query;
  query.limit = 1;
  const Threads all = threads(profile, query, ThreadOrder::kTotal);
  ASSERT_EQ(all.rows.size(), 1u);
  EXPECT_EQ(all.threads, 2u);
  EXPECT_EQ(all.rows[0].total, (Amount{1090, 4}));
  EXPECT_EQ(all.rows[0].temporary, (Amount{30, 1}));
  EXPECT_EQ(all.kept.total, (Amount{1730, 14}));
  EXPECT_EQ(all.kept.live_at_peak, (Amount{1128, 3}));
  EXPECT_EQ(all.kept.live_at_end, (Amount{124, 3}));
  EXPECT_EQ(threads(profile, only("*/b.cpp"), ThreadOrder::kTotal).threads, 1u);
}

TEST(Temporaries, KnowWhatTheyAreAPartOf) {
  const TwoThreads recording;
  const Profile profile(recording.data, {});
  Query query;
  query.sort = SortBy::kCount;
  const Temporaries all =
      temporaries(profile, recording.snapshot(Metric::kTemporary, Moment::Kind::kEnd),
                  recording.snapshot(Metric::kTotal, Moment::Kind::kEnd), query);
  ASSERT_EQ(all.rows.size(), 1u);  // line b has none
  EXPECT_EQ(all.rows[0].temporary, (Amount{286, 5}));
  EXPECT_EQ(all.rows[0].total, (Amount{730, 13}));
  EXPECT_EQ(all.total, (Amount{1730, 14}));
  EXPECT_EQ(all.temporary.kept, (Amount{286, 5}));
}

TEST(ProcessAmounts, AreTheProcessesOwnWithoutFilters) {
  const TwoThreads recording;
  const Profile profile(recording.data, {});
  const ChosenProcesses all = choose_processes(profile, Processes(recording.data), {});
  ASSERT_EQ(all.count, 2u);
  EXPECT_EQ(all.amounts[0].own_peak, (Amount{256, 4}));
  EXPECT_EQ(all.amounts[1].total, (Amount{1090, 4}));
  EXPECT_EQ(all.amounts[1].temporary, (Amount{30, 1}));
  EXPECT_EQ(all.amounts[1].live_at_peak, (Amount{1000, 1}));
  EXPECT_EQ(all.sum.own_peak, (Amount{1030, 2}));
  EXPECT_EQ(all.sum.live_at_end, (Amount{124, 3}));
}

TEST(ProcessAmounts, AreThoseOfTheTracesThatAFilterKeeps) {
  const TwoThreads recording;
  const Profile profile(recording.data, {});
  const Processes processes(recording.data);
  const ChosenProcesses some = choose_processes(profile, processes, only("*/a.cpp"));
  EXPECT_EQ(some.count, 2u);
  EXPECT_EQ(some.amounts[1].total, (Amount{90, 3}));
  EXPECT_EQ(some.amounts[1].own_peak, (Amount{90, 3}));
  EXPECT_EQ(some.amounts[1].live_at_peak, Amount{});
  const ChosenProcesses other = choose_processes(profile, processes, only("*/b.cpp"));
  EXPECT_EQ(other.count, 1u);  // process 100 has nothing of it
  EXPECT_FALSE(other.chosen[0]);
}

// Nothing was recorded of it, so no tally leads to it.
TEST(ProcessAmounts, OfAProcessThatWasNotRecorded) {
  TwoThreads recording;
  const ProcessId refused = recording.process(300, "/sbin/ldconfig", 100);
  recording.data.processes[index_of(refused)].not_recorded = "it is statically linked";
  const Profile profile(recording.data, {});
  Query query;
  query.processes = {"ldconfig"};
  const ChosenProcesses some = choose_processes(profile, Processes(recording.data), query);
  EXPECT_EQ(some.count, 1u);
  EXPECT_TRUE(some.chosen[2]);
}

}  // namespace
}  // namespace heaptally
