#include "tests/collect/event_tally_fixture.h"

namespace heaptally {
namespace {

using wire::EventKind;

TEST_F(EventTallyTest, CountsAllocationsAndFrees) {
  allocate(0x100, 10);
  allocate(0x200, 20);
  free(0x100);
  EXPECT_EQ(tallies_.total(), (Amount{30, 2}));
  EXPECT_EQ(tallies_.live(), (Amount{20, 1}));
  EXPECT_EQ(tallies_.peak(), (Amount{30, 2}));
  EXPECT_EQ(events_.counts().frees, 1u);
}

TEST_F(EventTallyTest, AReallocIsAFreeAndAnAllocation) {
  allocate(0x100, 10);
  reallocate(0x100, 0x100, 30);
  EXPECT_EQ(tallies_.total(), (Amount{40, 2}));
  EXPECT_EQ(tallies_.live(), (Amount{30, 1}));
  // The old block leaves before the new one enters: never 40 at once.
  EXPECT_EQ(tallies_.peak(), (Amount{30, 1}));
  EXPECT_EQ(events_.counts().frees, 1u);
}

TEST_F(EventTallyTest, TemporaryIsWhatItsThreadFreesBeforeItAllocatesAgain) {
  allocate(0x100, 10);
  free(0x100);  // temporary
  allocate(0x100, 10);
  allocate(0x200, 20);
  free(0x100);  // not: 0x200 came between
  free(0x200);  // temporary
  allocate(0x300, 30);
  free(0x300, 1);  // not: another thread frees it
  allocate(0x400, 40);
  reallocate(0x400, 0x500, 50);  // the realloc ends a temporary of 40
  EXPECT_EQ(tallies_.temporary(), (Amount{70, 3}));
}

TEST_F(EventTallyTest, AReusedAddressIsNotMistakenForATemporary) {
  allocate(0x100, 10, 0);
  free(0x100, 1);
  allocate(0x100, 10, 1);
  free(0x100, 0);  // thread one's last address, but thread two's block
  EXPECT_EQ(tallies_.temporary(), (Amount{0, 0}));
}

TEST_F(EventTallyTest, FreesOfUnknownBlocksAreCountedAndIgnored) {
  free(0x999);
  EXPECT_EQ(events_.counts().unknown_frees, 1u);
  EXPECT_EQ(tallies_.live(), (Amount{0, 0}));
}

TEST_F(EventTallyTest, FreesOfBlocksThatWereNotToBeRecordedAreNoLoss) {
  parent_.has_untraced = true;
  free(0x999);
  reallocate(0x888, 0x777, 10);
  free(0x777);
  EXPECT_EQ(events_.counts().untraced_frees, 2u);
  EXPECT_EQ(events_.counts().unknown_frees, 0u);
  EXPECT_EQ(events_.counts().frees, 1u);
}

TEST_F(EventTallyTest, OneFreeMayBeTheShimsOwn) {
  family_.lane(0).frees_own_block = true;
  allocate(0x100, 10);
  free(0x100);
  free(0x999);
  EXPECT_EQ(events_.counts().unknown_frees, 0u);
  free(0x999);
  EXPECT_EQ(events_.counts().unknown_frees, 1u);
  EXPECT_EQ(events_.counts().frees, 2u);
}

TEST_F(EventTallyTest, WhatAProcessSaysComesInOrder) {
  std::vector<std::pair<std::uint32_t, Amount>> words;
  events_.on_word([&](TrackedProcess& process, std::uint32_t lane, const PendingNote& note) {
    EXPECT_EQ(&process, &parent_);
    EXPECT_EQ(lane, 1u);
    words.emplace_back(note.value, tallies_.live());
  });
  const auto say = [&](std::uint64_t value) {
    const auto kind = static_cast<std::uint64_t>(wire::NoteKind::kTracing);
    apply(make_event(EventKind::kNote, stamp(), kind, value << 32 | 11), 1);
  };
  allocate(0x100, 10);
  say(0);
  free(0x100);
  say(1);
  EXPECT_EQ(words, (std::vector<std::pair<std::uint32_t, Amount>>{{0, {10, 1}}, {1, {}}}));
  EXPECT_TRUE(notes_.empty());
}

TEST_F(EventTallyTest, AnAllocationAtALiveAddressImpliesAFree) {
  allocate(0x100, 10);
  allocate(0x100, 50);
  EXPECT_EQ(events_.counts().inferred_frees, 1u);
  EXPECT_EQ(tallies_.live(), (Amount{50, 1}));
}

TEST_F(EventTallyTest, EventsThatComeLateAreCountedAndStillTallied) {
  allocate(0x100, 10);
  apply(make_event(EventKind::kAllocate, 1, 0x200, 5, 1), 0);
  EXPECT_EQ(events_.counts().late, 1u);
  EXPECT_EQ(tallies_.live(), (Amount{15, 2}));
}

TEST_F(EventTallyTest, ALaneWithoutABeginningGetsATaskOfItsOwn) {
  allocate(0x100, 10, 7);
  EXPECT_EQ(tasks_.threads(), 3u);
}

TEST_F(EventTallyTest, AProcessHasBlocksOfItsOwn) {
  apply(thread_begin(stamp(), 21, "child", 1), 2);
  allocate(0x100, 10, 0);
  allocate(0x100, 30, 2);  // the same address, in another process
  free(0x200, 2);          // from before the fork
  EXPECT_EQ(tallies_.live(), (Amount{40, 2}));
  EXPECT_EQ(parent_.tally.live, (Amount{10, 1}));
  EXPECT_EQ(child_.tally.peak, (Amount{30, 1}));
  EXPECT_EQ(events_.counts().inherited_frees, 1u);
  EXPECT_EQ(events_.counts().unknown_frees, 0u);
  EXPECT_EQ(events_.counts().inferred_frees, 0u);

  events_.end_process(child_);
  EXPECT_EQ(tallies_.live(), (Amount{10, 1}));
  EXPECT_EQ(tallies_.live_at_end(), (Amount{40, 2}));
  free(0x100, 0);
  EXPECT_EQ(tallies_.live_at_end(), (Amount{30, 1}));
}

TEST_F(EventTallyTest, NotesArriveWithTheirText) {
  const std::string path = "/usr/lib/some/where/else/a-program";
  wire::Event event = make_event(
      EventKind::kNote, stamp(), static_cast<std::uint64_t>(wire::NoteKind::kExecUnrecorded),
      std::uint64_t{3} << 32 | 77, static_cast<std::uint32_t>(path.size()));
  apply(event, 1);
  event.kind = EventKind::kText;
  for (std::size_t from = 0; from < path.size(); from += wire::kTextBytes) {
    EXPECT_TRUE(notes_.empty());
    char piece[wire::kTextBytes] = {};
    std::memcpy(piece, path.data() + from, std::min(sizeof(piece), path.size() - from));
    std::memcpy(&event.address, piece, 8);
    std::memcpy(&event.size, piece + 8, 8);
    std::memcpy(&event.trace, piece + 16, 4);
    apply(event, 1);
  }
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_EQ(notes_[0].first, &parent_);
  EXPECT_EQ(notes_[0].second.pid, 77);
  EXPECT_EQ(notes_[0].second.value, 3u);
  EXPECT_EQ(notes_[0].second.text, path);
}

TEST_F(EventTallyTest, AMarkComesAfterAllBeforeIt) {
  std::vector<std::pair<std::string, Amount>> marks;
  events_.on_mark([&](const TrackedProcess& process, const std::string& name) {
    EXPECT_EQ(&process, &parent_);
    marks.emplace_back(name, tallies_.live());
  });
  allocate(0x100, 10);
  mark("have", stamp());
  free(0x100);
  mark("lost", stamp());
  EXPECT_EQ(marks, (std::vector<std::pair<std::string, Amount>>{{"have", {10, 1}}, {"lost", {}}}));
  EXPECT_TRUE(notes_.empty());
}

TEST_F(EventTallyTest, BirthsTellTheSideOfAMarkThatTheClockDoesNot) {
  const auto allocate_at = [&](std::uint64_t now, std::uint64_t address, std::uint64_t size) {
    apply(make_event(EventKind::kAllocate, now, address, size, 1), 0);
  };
  Nanoseconds time{0};
  events_.on_mark([&](const TrackedProcess&, const std::string&) {
    time = events_.last_time();
    tallies_.take_bucket(Nanoseconds(0), time);
  });
  const std::uint64_t now = stamp();
  allocate_at(now, 0x100, 10);
  mark("same", now);
  allocate_at(now, 0x200, 11);
  events_.end_process(parent_);
  tallies_.take_bucket(time, Nanoseconds(1'000'000));
  const std::vector<Survivors> survivors = tallies_.survivors();
  ASSERT_EQ(survivors.size(), 2u);
  EXPECT_EQ(survivors[0].start, Nanoseconds(0));
  EXPECT_EQ(survivors[0].amounts.at(0).amount, (Amount{10, 1}));
  EXPECT_EQ(survivors[1].start, time);
  EXPECT_EQ(survivors[1].amounts.at(0).amount, (Amount{11, 1}));
}

TEST_F(EventTallyTest, TasksCarryTheNamesThatThreadsBeganWith) {
  const std::vector<Task> tasks = tasks_.take_changed();
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[0].name, "one");
  EXPECT_EQ(tasks[1].tid, 12);
}

}  // namespace
}  // namespace heaptally
