#include "core/collect/announced_execs.h"

#include <gtest/gtest.h>

namespace heaptally {
namespace {

class AnnouncedExecsTest : public testing::Test {
 protected:
  static constexpr std::int32_t kPid = 77;

  AnnouncedExecsTest() : start_(clock_.now()) {}

  std::uint64_t at(std::uint64_t ticks) const { return start_ + ticks; }
  void announce(std::uint64_t ticks) {
    AnnouncedExecs::Exec exec;
    exec.parent = 7;
    exec.path = "/bin/static";
    exec.reason = "it is linked statically";
    exec.stamp = at(ticks);
    execs_.announce(kPid, exec);
  }
  // All before `drained` was applied; what was announced before `certain` has happened.
  void settle(std::uint64_t drained, std::uint64_t certain) {
    execs_.settle(at(drained), at(certain),
                  [&](std::int32_t pid, std::uint64_t) { begun_.push_back(pid); });
  }

  TickClock clock_;
  std::uint64_t start_;
  ProcessTable table_;
  ProcessRows rows_{clock_, table_};
  AnnouncedExecs execs_{rows_};
  std::vector<std::int32_t> begun_;
};

TEST_F(AnnouncedExecsTest, WhatIsNotHeardOfAgainHasBegun) {
  announce(10);
  settle(20, 5);
  EXPECT_EQ(table_.images(), 0u);
  EXPECT_EQ(execs_.running(), (std::vector<std::int32_t>{kPid}));
  settle(30, 15);
  ASSERT_EQ(table_.images(), 1u);
  EXPECT_EQ(begun_, (std::vector<std::int32_t>{kPid}));
  EXPECT_EQ(table_.row(ProcessId{0}).command, "/bin/static");
  EXPECT_EQ(table_.row(ProcessId{0}).not_recorded, "it is linked statically");
  EXPECT_EQ(table_.row(ProcessId{0}).parent_pid, 7);
  settle(40, 35);
  EXPECT_EQ(table_.images(), 1u);
}

TEST_F(AnnouncedExecsTest, OneThatFailedLeavesNothing) {
  announce(10);
  execs_.failed(kPid);
  settle(100, 100);
  EXPECT_EQ(table_.images(), 0u);
  EXPECT_TRUE(execs_.is_empty());
}

TEST_F(AnnouncedExecsTest, AnEndIsBelievedOnceTheLastWordsBeforeItAreRead) {
  announce(10);
  execs_.ended(kPid, at(50));
  execs_.set_status(kPid, 3 << 8);
  settle(40, 0);
  EXPECT_EQ(table_.images(), 0u);
  EXPECT_TRUE(execs_.running().empty());
  EXPECT_FALSE(execs_.is_empty());
  settle(60, 0);
  ASSERT_EQ(table_.images(), 1u);
  EXPECT_EQ(table_.row(ProcessId{0}).exit_status, 3);
  EXPECT_TRUE(execs_.is_empty());

  // The same, but the last words were that it failed.
  announce(70);
  execs_.ended(kPid, at(90));
  execs_.failed(kPid);
  settle(100, 0);
  EXPECT_EQ(table_.images(), 1u);
}

TEST_F(AnnouncedExecsTest, WhatExecutesARecordedProgramIsTheImageBeforeIt) {
  announce(10);
  EXPECT_EQ(execs_.replaced(kPid, at(20)), ProcessId{0});
  EXPECT_TRUE(execs_.is_empty());
  EXPECT_EQ(execs_.replaced(kPid, at(30)), std::nullopt);
}

TEST_F(AnnouncedExecsTest, AStatusGoesToWhoHadThePidThen) {
  Process row;
  row.pid = kPid;
  const ProcessId first = rows_.begin(row, at(10)), second = rows_.begin(row, at(30));
  rows_.set_status(kPid, at(20), 9);
  EXPECT_EQ(table_.row(first).exit_status, 128 + 9);
  EXPECT_EQ(table_.row(second).exit_status, kUnknownExit);
  rows_.set_status(kPid, at(40), 2 << 8);
  EXPECT_EQ(table_.row(second).exit_status, 2);
  rows_.set_status(kPid, at(5), 0);
  rows_.set_status(kPid + 1, at(50), 0);
  EXPECT_EQ(table_.row(first).exit_status, 128 + 9);
}

}  // namespace
}  // namespace heaptally
