#include "core/collect/event_tally.h"

#include <gtest/gtest.h>

#include "tests/collect/ring_of_events.h"

namespace heaptally {
namespace {

using wire::EventKind;

class EventTallyTest : public testing::Test {
 protected:
  EventTallyTest() {
    events_.begin_image(image_);
    apply(thread_begin(stamp(), 11, "one"), 0);
    apply(thread_begin(stamp(), 12, "two"), 1);
    write_node(image_.memory(), 1, wire::frame_key(0x10, 0, wire::FrameKind::kReturnAddress), 0);
  }

  std::uint64_t stamp() { return clock_.now(); }
  void apply(const wire::Event& event, std::uint32_t lane) { events_.apply(event, lane); }
  void allocate(std::uint64_t address, std::uint64_t size, std::uint32_t lane = 0) {
    apply(make_event(EventKind::kAllocate, stamp(), address, size, 1), lane);
  }
  void free(std::uint64_t address, std::uint32_t lane = 0) {
    apply(make_event(EventKind::kFree, stamp(), address), lane);
  }
  void reallocate(std::uint64_t from, std::uint64_t to, std::uint64_t size) {
    apply(make_event(EventKind::kReallocateFrom, stamp(), from), 0);
    apply(make_event(EventKind::kReallocateTo, stamp(), to, size, 1), 0);
  }

  TickClock clock_;
  TraceStore traces_;
  TaskTable tasks_;
  Tallies tallies_;
  EventTally events_{clock_, traces_, tasks_, tallies_};
  ProcessImage image_{ProcessId{0}, 1, SharedMemoryOptions{}};
};

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

TEST_F(EventTallyTest, TasksCarryTheNamesThatThreadsBeganWith) {
  const std::vector<Task> tasks = tasks_.take_changed();
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[0].name, "one");
  EXPECT_EQ(tasks[1].tid, 12);
}

}  // namespace
}  // namespace heaptally
