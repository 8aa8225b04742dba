#include "core/profile/statistics.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

// The order, the keys and the filters that tracemalloc has are tested against it in tests/report;
// here is what heaptally adds.

Statistics ask(const RecordingBuilder& recording, const Query& query) {
  const Profile profile(recording.data, {});
  return statistics(
      profile,
      take_snapshot(recording.data, recording.timeline(), Metric::kLive, {Moment::Kind::kPeak}),
      query);
}

std::vector<Amount> amounts(const Statistics& statistics) {
  std::vector<Amount> result;
  for (const Statistic& row : statistics.rows) result.push_back(row.amount);
  return result;
}

Query query(Group group, bool cumulative = false) {
  Query query;
  query.group = group;
  query.cumulative = cumulative;
  return query;
}

using Amounts = std::vector<Amount>;

TEST(Statistics, CountARecursiveTraceOnceForEachKey) {
  RecordingBuilder recording;
  const FrameId main = recording.line("a.cpp", 1, "main");
  const FrameId recursive = recording.line("a.cpp", 5, "walk");
  recording.allocate(recording.trace({main, recursive, recursive, recursive}), {10, 1});
  EXPECT_EQ(amounts(ask(recording, query(Group::kLine, true))), (Amounts{{10, 1}, {10, 1}}));
  EXPECT_EQ(amounts(ask(recording, query(Group::kFile, true))), (Amounts{{10, 1}}));
  EXPECT_EQ(amounts(ask(recording, query(Group::kModule, true))), (Amounts{{10, 1}}));
}

TEST(Statistics, CoverATraceOnceWhereCumulativeRowsOverlap) {
  RecordingBuilder recording;
  const FrameId main = recording.line("main.cpp", 1);
  recording.allocate(recording.trace({main, recording.line("a.cpp", 1)}), {10, 1});
  recording.allocate(recording.trace({main, recording.line("b.cpp", 1)}), {30, 3});
  recording.allocate(kRootTrace, {5, 1});
  Query cumulative = query(Group::kLine, true);
  cumulative.limit = 2;
  const Statistics result = ask(recording, cumulative);
  EXPECT_EQ(amounts(result), (Amounts{{40, 4}, {30, 3}}));
  EXPECT_EQ(result.groups, 4u);
  EXPECT_EQ(result.covered, (Amount{40, 4}));
  EXPECT_EQ(result.kept, (Amount{45, 5}));
}

TEST(Statistics, DoNotCountACutAsAPlace) {
  RecordingBuilder recording;
  const FrameId cut = recording.frame({}, kNoModule, FrameKind::kCut);
  recording.allocate(recording.trace({cut, recording.line("a.cpp", 1)}), {10, 1});
  EXPECT_EQ(ask(recording, query(Group::kLine, true)).groups, 1u);
}

TEST(Statistics, MergeTracesThatReadTheSame) {
  RecordingBuilder recording;
  const FrameId inlined = recording.frame({{"g", "a.cpp", 2}, {"f", "a.cpp", 1}});
  const TraceId folded = recording.trace({inlined});
  const TraceId apart = recording.trace({recording.line("a.cpp", 1), recording.line("a.cpp", 2)});
  recording.allocate(folded, {10, 1});
  recording.allocate(apart, {20, 1});
  recording.allocate(recording.trace({recording.line("a.cpp", 2)}), {5, 1});
  EXPECT_EQ(amounts(ask(recording, query(Group::kTraceback))), (Amounts{{30, 2}, {5, 1}}));
}

TEST(Statistics, GroupByFunctionOfAFile) {
  RecordingBuilder recording;
  recording.allocate(recording.trace({recording.line("a.cpp", 1, "f")}), {1, 1});
  recording.allocate(recording.trace({recording.line("a.cpp", 2, "f")}), {2, 1});
  recording.allocate(recording.trace({recording.line("b.cpp", 1, "f")}), {4, 1});
  EXPECT_EQ(amounts(ask(recording, query(Group::kFunction))), (Amounts{{4, 1}, {3, 2}}));
}

TEST(Statistics, GroupByModuleThreadAndSize) {
  RecordingBuilder recording;
  const TaskId worker = recording.task("worker", 101);
  const ModuleId library = recording.module("/opt/libx.so");
  const TraceId a = recording.trace({recording.line("a.cpp", 1)});
  const TraceId x = recording.trace({recording.symbol("f", 1, library)});
  recording.allocate(a, {8, 1}, {}, SizeClass{4});
  recording.allocate(a, {16, 1}, worker, SizeClass{5});
  recording.allocate(x, {32, 4}, worker, SizeClass{4});
  EXPECT_EQ(amounts(ask(recording, query(Group::kModule))), (Amounts{{32, 4}, {24, 2}}));
  EXPECT_EQ(amounts(ask(recording, query(Group::kThread))), (Amounts{{48, 5}, {8, 1}}));
  EXPECT_EQ(amounts(ask(recording, query(Group::kSize))), (Amounts{{40, 5}, {16, 1}}));
}

TEST(Statistics, GroupByProcessWithAllItsImages) {
  RecordingBuilder recording;
  const ProcessId shell = recording.process(200, "sh", 100);
  const ProcessId compiler = recording.execute(shell, "cc");
  const TaskId before = recording.task("sh", 200, 1, shell);
  const TaskId after = recording.task("cc", 200, 1, compiler);
  const TraceId a = recording.trace({recording.line("a.cpp", 1)});
  recording.allocate(a, {8, 1});
  recording.allocate(a, {16, 1}, before);
  recording.allocate(a, {32, 4}, after);
  const Statistics result = ask(recording, query(Group::kProcess));
  EXPECT_EQ(amounts(result), (Amounts{{48, 5}, {8, 1}}));
  EXPECT_EQ(result.rows[0].key.process, compiler);
  EXPECT_EQ(result.rows[1].key.process, ProcessId{0});

  Query of_threads = query(Group::kProcess);
  of_threads.processes = {"cc"};
  of_threads.threads = {"sh"};
  EXPECT_EQ(amounts(ask(recording, of_threads)), (Amounts{{16, 1}}));
}

TEST(Statistics, OfSomeThreadsAndTraces) {
  RecordingBuilder recording;
  const TaskId worker = recording.task("worker", 101);
  const TraceId a = recording.trace({recording.line("a.cpp", 1)});
  recording.allocate(a, {8, 1});
  recording.allocate(a, {16, 1}, worker);
  Query threads = query(Group::kLine);
  threads.threads = {"worker"};
  const Statistics result = ask(recording, threads);
  EXPECT_EQ(amounts(result), (Amounts{{16, 1}}));
  EXPECT_EQ(result.whole, (Amount{24, 2}));
  EXPECT_EQ(result.kept, (Amount{16, 1}));
}

TEST(Statistics, LeaveOutRowsOfNothingButNotOfEmptyBlocks) {
  RecordingBuilder recording;
  recording.allocate(recording.trace({recording.line("a.cpp", 1)}), {0, 0});
  recording.allocate(recording.trace({recording.line("a.cpp", 2)}), {0, 2});
  EXPECT_EQ(amounts(ask(recording, query(Group::kLine))), (Amounts{{0, 2}}));
}

TEST(Statistics, TellSymbolsAndAddressesApart) {
  RecordingBuilder recording;
  recording.allocate(recording.trace({recording.symbol("f", 1)}), {1, 1});
  recording.allocate(recording.trace({recording.symbol("f", 2)}), {2, 1});
  recording.allocate(recording.trace({recording.symbol("g", 1)}), {4, 1});
  recording.allocate(recording.trace({recording.frame({})}), {8, 1});
  EXPECT_EQ(ask(recording, query(Group::kLine)).groups, 4u);
  EXPECT_EQ(ask(recording, query(Group::kFile)).groups, 1u);
  EXPECT_EQ(ask(recording, query(Group::kFunction)).groups, 3u);
}

TEST(Statistics, LimitAfterOrdering) {
  RecordingBuilder recording;
  for (std::uint32_t line = 1; line <= 50; ++line) {
    recording.allocate(recording.trace({recording.line("a.cpp", line)}), {8, 1});
  }
  Query limited = query(Group::kLine);
  limited.limit = 3;
  const Profile profile(recording.data, {});
  const Snapshot snapshot = take_snapshot(recording.data, recording.timeline(), Metric::kLive, {});
  const Statistics result = statistics(profile, snapshot, limited);
  ASSERT_EQ(result.rows.size(), 3u);
  EXPECT_EQ(result.groups, 50u);
  EXPECT_EQ(profile.places()[result.rows[0].key.place].line, 50u);
  EXPECT_EQ(profile.places()[result.rows[2].key.place].line, 48u);
}

TEST(Statistics, RefuseWhatHasNoPlacesToAddUp) {
  for (const Group group : {Group::kTraceback, Group::kThread, Group::kProcess, Group::kSize}) {
    try {
      ask(RecordingBuilder(), query(group, true));
      ADD_FAILURE() << name_of(group);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
    }
  }
}

TEST(Statistics, OfAnEmptyRecordingAreEmpty) {
  for (const Group group : {Group::kLine, Group::kFile, Group::kFunction, Group::kModule,
                            Group::kTraceback, Group::kThread, Group::kProcess, Group::kSize}) {
    EXPECT_EQ(parse_group(name_of(group)), group);
    EXPECT_EQ(ask(RecordingBuilder(), query(group)).groups, 0u);
  }
  EXPECT_THROW(parse_group("line"), Error);
  EXPECT_THROW(parse_sort("name"), Error);
}

}  // namespace
}  // namespace heaptally
