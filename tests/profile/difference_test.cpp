#include "core/profile/difference.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

constexpr Change kNone{};

// A recording with one thread more than main, and what its lines hold.
struct OneRun {
  explicit OneRun(std::string thread) { other = recording.task(std::move(thread), 101); }

  void allocate(const std::string& file, std::uint32_t line, Amount amount, TaskId task = {}) {
    recording.allocate(recording.trace({recording.line(file, line)}), amount, task);
  }

  RecordingBuilder recording;
  TaskId other{};
};

// What is compared: the same moment of both.
struct Compared {
  Compared(const OneRun& before, const OneRun& after, const Query& query)
      : old_profile(before.recording.data, {}),
        new_profile(after.recording.data, {}),
        old_snapshot(peak(before)),
        new_snapshot(peak(after)),
        all(compare({old_profile, old_snapshot}, {new_profile, new_snapshot}, query)) {}

  static Snapshot peak(const OneRun& run) {
    return take_snapshot(run.recording.data, run.recording.timeline(), Metric::kLive, {});
  }
  const Place& place(std::size_t row) const {
    const StatisticDifference& difference = all.rows.at(row);
    return (difference.vanished ? old_profile : new_profile).places()[difference.key.place];
  }

  Profile old_profile, new_profile;
  Snapshot old_snapshot, new_snapshot;
  StatisticDifferences all;
};

TEST(Differences, OfTwoRecordingsAreOfLinesThatReadTheSame) {
  OneRun before("worker"), after("worker");
  before.allocate("a.cpp", 5, {2, 1});
  before.allocate("b.cpp", 1, {66, 1});
  before.allocate("c.cpp", 7, {10, 1});
  // Other numbers for the same lines.
  after.allocate("new.cpp", 9, {30, 3});
  after.allocate("c.cpp", 7, {10, 1});
  after.allocate("a.cpp", 5, {5002, 2});
  const Compared compared(before, after, {});
  const auto& rows = compared.all.rows;
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(compared.place(0).line, 5u);
  EXPECT_EQ(rows[0].amount, (Amount{5002, 2}));
  EXPECT_EQ(rows[0].change, (Change{5000, 1}));
  EXPECT_TRUE(rows[1].vanished);
  EXPECT_EQ(compared.place(1).line, 1u);
  EXPECT_EQ(rows[1].amount, Amount{});
  EXPECT_EQ(rows[1].change, (Change{-66, -1}));
  EXPECT_EQ(rows[2].change, (Change{30, 3}));
  EXPECT_EQ(compared.place(3).line, 7u);
  EXPECT_EQ(rows[3].change, kNone);
  EXPECT_EQ(compared.all.groups, 4u);
  EXPECT_EQ(compared.all.changed, 3u);
  EXPECT_EQ(compared.all.before, (Amount{78, 3}));
  EXPECT_EQ(compared.all.after, (Amount{5042, 6}));
}

TEST(Differences, AreOrderedByTheSizeOfTheChangeOrOfTheCounts) {
  OneRun before("worker"), after("worker");
  before.allocate("a.cpp", 1, {100, 9});
  after.allocate("b.cpp", 2, {50, 20});
  after.allocate("c.cpp", 3, {100, 1});
  Query query;
  const Compared by_size(before, after, query);
  // Of equal changes what is larger now comes first.
  EXPECT_EQ(by_size.place(0).line, 3u);
  EXPECT_EQ(by_size.place(1).line, 1u);
  query.sort = SortBy::kCount;
  query.limit = 2;
  const Compared by_count(before, after, query);
  ASSERT_EQ(by_count.all.rows.size(), 2u);
  EXPECT_EQ(by_count.all.groups, 3u);
  EXPECT_EQ(by_count.place(0).line, 2u);
  EXPECT_EQ(by_count.place(1).line, 1u);
}

TEST(Differences, OfTwoRecordingsTellThreadsByTheirNames) {
  OneRun before("worker"), after("worker");
  const TaskId second = after.recording.task("worker", 102);
  before.allocate("a.cpp", 1, {10, 1}, before.other);
  after.allocate("a.cpp", 1, {20, 2}, after.other);
  after.allocate("a.cpp", 1, {5, 1}, second);
  Query query;
  query.group = Group::kThread;
  const Compared compared(before, after, query);
  ASSERT_EQ(compared.all.rows.size(), 1u);
  EXPECT_EQ(compared.all.rows[0].amount, (Amount{25, 3}));
  EXPECT_EQ(compared.all.rows[0].change, (Change{15, 2}));
}

TEST(Differences, RefuseWhatStatisticsRefuse) {
  const OneRun run("worker");
  const Profile profile(run.recording.data, {});
  const Snapshot snapshot = Compared::peak(run);
  Query query;
  query.group = Group::kTraceback;
  query.cumulative = true;
  EXPECT_THROW(compare({profile, snapshot}, {profile, snapshot}, query), Error);
}

}  // namespace
}  // namespace heaptally
