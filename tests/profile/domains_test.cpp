#include "core/profile/domains.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/profile/heap_timeline.h"
#include "core/profile/leaks.h"
#include "core/profile/lifetimes.h"
#include "core/profile/process_amounts.h"
#include "core/profile/sizes.h"
#include "core/profile/summary.h"
#include "core/profile/threads.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

using Names = std::vector<std::string>;

// One line allocates 100 bytes of the heap, maps 4096, and takes 10 and 5 from a pool, the latter
// in another thread.
class DomainsTest : public testing::Test {
 protected:
  DomainsTest() {
    recording_.data.domains = {{kHeapDomain, "heap", {100, 1}, {100, 1}, {100, 1}},
                               {kMappedDomain, "mmap", {4096, 1}, {4096, 1}, {4096, 1}},
                               {kAllocatorDomain, "allocator"},
                               {DomainId{3}, "pool", {15, 2}, {15, 2}, {15, 2}}};
    const TaskId worker = recording_.task("worker", 101);
    const TraceId trace = recording_.trace({recording_.line("a.cpp", 1)});
    tally(trace, {100, 1}, TaskId{0});
    tally(trace, {4096, 1}, in_domain(TaskId{0}, kMappedDomain));
    tally(trace, {10, 1}, in_domain(TaskId{0}, DomainId{3}));
    tally(trace, {5, 1}, in_domain(worker, DomainId{3}));
    recording_.bucket(0, 1000,
                      {{TallyId{0}, {100, 1}, {}, {}},
                       {TallyId{1}, {4096, 1}, {}, {}},
                       {TallyId{2}, {10, 1}, {}, {}}});
    recording_.bucket(1000, 1000, {{TallyId{3}, {5, 1}, {}, {}}});
    recording_.data.survivors = {
        {std::chrono::seconds(0),
         {{TallyId{0}, {100, 1}}, {TallyId{1}, {4096, 1}}, {TallyId{2}, {10, 1}}}},
        {std::chrono::seconds(1), {{TallyId{3}, {5, 1}}}}};
    recording_.data.processes[0].total = {100, 1};
  }

  TaskId in_domain(TaskId heap_task, DomainId domain) {
    Task task = recording_.data.tasks[index_of(heap_task)];
    task.id = TaskId(recording_.data.tasks.size());
    task.domain = domain;
    task.heap_task = heap_task;
    recording_.data.tasks.push_back(task);
    return task.id;
  }
  void tally(TraceId trace, Amount amount, TaskId task) {
    const TallyId id = recording_.allocate(trace, amount, task, SizeClass{4});
    recording_.data.totals[index_of(id)].lifetimes = {{3, amount.count}};
  }

  Query query(Names domains, Group group = Group::kLine) {
    Query query;
    query.group = group;
    query.domains = std::move(domains);
    return query;
  }
  Statistics ask(Names domains, Group group = Group::kLine, Names threads = {}) {
    const Profile profile(recording_.data, {});
    const Snapshot snapshot =
        take_snapshot(recording_.data, recording_.timeline(), Metric::kLive, {Moment::Kind::kPeak});
    Query asked = query(std::move(domains), group);
    asked.threads = std::move(threads);
    return statistics(profile, snapshot, asked);
  }

  RecordingBuilder recording_;
};

TEST_F(DomainsTest, TheHeapAloneCountsForWhoDoesNotAsk) {
  EXPECT_EQ(ask({}).kept, (Amount{100, 1}));
  EXPECT_EQ(ask({}).whole, (Amount{100, 1}));
  EXPECT_EQ(ask({"heap"}).kept, (Amount{100, 1}));
}

TEST_F(DomainsTest, OthersAreAskedForByNameOrPattern) {
  EXPECT_EQ(ask({"mmap"}).kept, (Amount{4096, 1}));
  EXPECT_EQ(ask({"pool"}).kept, (Amount{15, 2}));
  EXPECT_EQ(ask({"p*", "heap"}).kept, (Amount{115, 3}));
  EXPECT_EQ(ask({"all"}).kept, (Amount{4211, 4}));
  EXPECT_EQ(ask({"allocator"}).kept, (Amount{0, 0}));
  EXPECT_TRUE(ask({"allocator"}).rows.empty());
}

TEST_F(DomainsTest, WhatIsBeforeTheFiltersIsInTheDomains) {
  const Statistics rows = ask({"pool"}, Group::kThread, {"worker"});
  EXPECT_EQ(rows.kept, (Amount{5, 1}));
  EXPECT_EQ(rows.whole, (Amount{15, 2}));
}

TEST_F(DomainsTest, OneThatIsNotThereIsNamed) {
  try {
    ask({"swimming"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "--domain swimming: no such domain; there are heap, mmap, allocator, pool");
    EXPECT_EQ(error.code(), ExitCode::kUsage);
  }
  // Of an earlier version.
  recording_.data.domains.resize(1);
  EXPECT_THROW(ask({"mmap"}), Error);
}

TEST_F(DomainsTest, AThreadIsOneInAllDomains) {
  const Statistics rows = ask({"all"}, Group::kThread);
  ASSERT_EQ(rows.rows.size(), 2u);
  EXPECT_EQ(rows.rows[0].key.task, TaskId{0});
  EXPECT_EQ(rows.rows[0].amount, (Amount{4206, 3}));
  EXPECT_EQ(rows.rows[1].key.task, TaskId{1});
  EXPECT_EQ(rows.rows[1].amount, (Amount{5, 1}));
  EXPECT_EQ(ask({"all"}, Group::kThread, {"100"}).kept, (Amount{4206, 3}));
}

TEST_F(DomainsTest, EveryGroupingAddsUpToTheSame) {
  for (const char* domain : {"heap", "mmap", "pool", "all"}) {
    for (const Group group : {Group::kLine, Group::kFile, Group::kFunction, Group::kModule,
                              Group::kTraceback, Group::kThread, Group::kProcess, Group::kSize}) {
      Amount sum;
      const Statistics answer = ask({domain}, group);
      for (const Statistic& row : answer.rows) sum += row.amount;
      EXPECT_EQ(sum, answer.kept) << domain << " " << name_of(group);
    }
  }
}

TEST_F(DomainsTest, OtherQuestionsKeepToThemToo) {
  const Profile profile(recording_.data, {});
  const BucketSource timeline = recording_.timeline();
  EXPECT_EQ(threads(profile, query({}), ThreadOrder::kTotal).whole.total, (Amount{100, 1}));
  const Threads of_pool = threads(profile, query({"pool"}), ThreadOrder::kTotal);
  EXPECT_EQ(of_pool.kept.total, (Amount{15, 2}));
  EXPECT_EQ(of_pool.whole.total, (Amount{15, 2}));
  EXPECT_EQ(of_pool.rows.size(), 2u);
  EXPECT_EQ(lifetimes(profile, query({})).freed, 1u);
  EXPECT_EQ(lifetimes(profile, query({"pool"})).whole, (Amount{15, 2}));
  const Snapshot total =
      take_snapshot(recording_.data, timeline, Metric::kTotal, {Moment::Kind::kEnd});
  EXPECT_EQ(sizes(profile, total, total, query({"mmap"})).total, (Amount{4096, 1}));
  EXPECT_EQ(sizes(profile, total, total, query({})).whole_total, (Amount{100, 1}));
  const Processes processes(recording_.data);
  EXPECT_EQ(choose_processes(profile, processes, query({})).sum.total, (Amount{100, 1}));
  EXPECT_EQ(choose_processes(profile, processes, query({"mmap"})).sum.total, (Amount{4096, 1}));
  const HeapTimeline curve =
      heap_timeline(profile, timeline, query({"pool"}), Nanoseconds(0), std::chrono::seconds(10));
  EXPECT_FALSE(curve.recorded_maxima);
  ASSERT_EQ(curve.rows.size(), 2u);
  EXPECT_EQ(curve.rows[1].live, (Amount{15, 2}));
}

TEST_F(DomainsTest, LeaksAreOfThemToo) {
  const Moment second{.kind = Moment::Kind::kTime, .time = std::chrono::seconds(1), .text = "1s"};
  const Leaks leaks = find_leaks(recording_.data, recording_.timeline(), recording_.crossed(),
                                 {.from = second, .to = {}}, {"a.cpp"}, {"pool"});
  EXPECT_EQ(leaks.suppressed[0].amount, (Amount{5, 1}));
  const Leaks of_heap =
      find_leaks(recording_.data, recording_.timeline(), recording_.crossed(), {}, {"a.cpp"});
  EXPECT_EQ(of_heap.suppressed[0].amount, (Amount{100, 1}));
}

TEST_F(DomainsTest, TheSummaryHasThoseInWhichAnythingWas) {
  recording_.data.header.complete = false;
  const Summary summary = summarize(Profile(recording_.data, {}), 5);
  EXPECT_EQ(summary.threads, 2u);
  EXPECT_EQ(summary.total, (Amount{100, 1}));
  ASSERT_EQ(summary.domains.size(), 2u);
  EXPECT_EQ(summary.domains[0].name, "mmap");
  EXPECT_EQ(summary.domains[1].name, "pool");
  EXPECT_EQ(summary.at_peak.kept, (Amount{100, 1}));
}

TEST_F(DomainsTest, EachHasAPeakOfItsOwn) {
  recording_.data.domains[3].peak_time = std::chrono::seconds(2);
  recording_.data.totals[2].live_at_process_peak = {11, 2};
  const auto take = [&](const char* moment, Metric metric = Metric::kLive) {
    return take_snapshot(recording_.data, recording_.timeline(), metric, parse_moment(moment));
  };
  using Amounts = std::vector<Amount>;
  const Snapshot pool = take("peak-of:pool");
  EXPECT_EQ(pool.amounts, (Amounts{{}, {}, {11, 2}, {5, 1}}));
  EXPECT_EQ(pool.time, std::chrono::seconds(2));
  EXPECT_EQ(pool.domain, DomainId{3});
  EXPECT_TRUE(pool.exact);
  EXPECT_EQ(take("peak-of:pool", Metric::kTotal).amounts, (Amounts{{}, {}, {10, 1}, {5, 1}}));
  EXPECT_EQ(take("peak-of:heap").amounts, (Amounts{{100, 1}, {}, {}, {}}));
  EXPECT_EQ(take("peak-of:heap").time, recording_.data.header.peak_time);
  EXPECT_EQ(take("peak:100").amounts, (Amounts{{100, 1}, {}, {}, {}}));
  Query query;
  ask_of_its_domain(pool.asked, query);
  EXPECT_EQ(query.domains, Names{"pool"});
  query.domains = {"mmap"};
  ask_of_its_domain(pool.asked, query);
  EXPECT_EQ(query.domains, Names{"mmap"});
  EXPECT_THROW(take("peak-of:p*"), Error);
  EXPECT_THROW(parse_moment("peak-of:"), Error);
}

}  // namespace
}  // namespace heaptally
