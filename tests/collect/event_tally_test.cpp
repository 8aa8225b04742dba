#include "core/collect/event_tally.h"

#include <gtest/gtest.h>

#include "tests/collect/ring_of_events.h"

namespace heaptally {
namespace {

using wire::EventKind;

class EventTallyTest : public testing::Test, public ProcessEvents {
 protected:
  EventTallyTest() {
    for (TrackedProcess* process : {&parent_, &child_}) {
      Process row;
      row.pid = process == &parent_ ? 11 : 21;
      process->row = table_.begin(row, "program");
      process->program = "program";
      process->family = &family_;
    }
    child_.block = 1;
    child_.is_forked = true;
    family_.set_process(0, &parent_);
    family_.set_process(1, &child_);
    apply(thread_begin(stamp(), 11, "one"), 0);
    apply(thread_begin(stamp(), 12, "two"), 1);
    write_node(family_.memory(), 1, wire::frame_key(0x10, 0, wire::FrameKind::kReturnAddress), 0);
  }

  std::uint64_t stamp() { return clock_.now(); }
  TrackedProcess* process_of(ImageFamily& family, std::uint32_t block) override {
    return family.process(block);
  }
  void note(const TrackedProcess& from, const PendingNote& note, std::uint64_t) override {
    notes_.emplace_back(&from, note);
  }

  ImageFamily& family(std::uint32_t) override { return family_; }

  void apply(const wire::Event& event, std::uint32_t lane) {
    const MergedEvent merged = {event, family_.number(), lane};
    events_.apply({&merged, 1});
  }
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
  void mark(const char (&name)[5], std::uint64_t now) {
    const auto kind = static_cast<std::uint64_t>(wire::NoteKind::kMark);
    apply(make_event(EventKind::kNote, now, kind, 11, sizeof(name) - 1), 1);
    wire::Event text = make_event(EventKind::kText, now, 0);
    std::memcpy(&text.address, name, sizeof(name) - 1);
    apply(text, 1);
  }

  TickClock clock_;
  TraceStore traces_;
  ProcessTable table_;
  TaskTable tasks_{table_};
  Tallies tallies_;
  DomainTable domains_;
  EventTally events_{clock_, traces_, tasks_, tallies_, domains_, *this};
  ImageFamily family_{0, std::make_unique<SharedMemory>(SharedMemoryOptions{})};
  TrackedProcess parent_, child_;
  std::vector<std::pair<const TrackedProcess*, PendingNote>> notes_;
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

// A pool called by the note's text, whose number is 3.
class InDomains : public EventTallyTest {
 protected:
  InDomains() { name(wire::kFirstNamed, "pool"); }

  void name(std::uint64_t number, const char (&name)[5], std::uint32_t lane = 0) {
    const auto kind = static_cast<std::uint64_t>(wire::NoteKind::kDomain);
    apply(make_event(EventKind::kNote, stamp(), kind, number << 32 | 11, sizeof(name) - 1), lane);
    wire::Event text = make_event(EventKind::kText, stamp(), 0);
    std::memcpy(&text.address, name, sizeof(name) - 1);
    apply(text, lane);
  }
  void in_domain(EventKind kind, wire::DomainNumber domain, std::uint64_t address,
                 std::uint64_t size, std::uint32_t lane = 0) {
    wire::Event event = make_event(kind, stamp(), address, size, 1);
    event.domain = domain;
    apply(event, lane);
  }
  void pool(std::uint64_t address, std::uint64_t size, std::uint32_t lane = 0) {
    in_domain(EventKind::kDomainAllocate, wire::kFirstNamed, address, size, lane);
  }
  void pool_free(std::uint64_t address, std::uint32_t lane = 0) {
    in_domain(EventKind::kDomainFree, wire::kFirstNamed, address, 0, lane);
  }
  void map(std::uint64_t address, std::uint64_t size, std::uint32_t lane = 0) {
    in_domain(EventKind::kMap, wire::kMapped, address, size, lane);
  }
  void unmap(std::uint64_t address, std::uint64_t size, std::uint32_t lane = 0) {
    in_domain(EventKind::kUnmap, wire::kMapped, address, size, lane);
  }
  DomainTally& of_pool() { return domains_.tally(domains_.named("pool")); }
  DomainTally& of_mapped() { return domains_.tally(kMappedDomain); }

  // Of all tallies in the domain.
  TallyTotals totals_of(DomainId domain) {
    TallyTotals sum;
    const std::vector<TallyKey> keys = tallies_.take_new_keys();
    keys_.insert(keys_.end(), keys.begin(), keys.end());
    const auto peak_number = [&](TaskId task) {
      return std::optional(domains_.tally(tasks_.task(task).domain).peak_number);
    };
    for (const TallyTotals& totals : tallies_.totals(peak_number)) {
      if (tasks_.task(keys_[index_of(totals.id)].task).domain != domain) continue;
      sum.total += totals.total;
      sum.temporary += totals.temporary;
      sum.live_at_end += totals.live_at_end;
      sum.live_at_peak += totals.live_at_peak;
      sum.live_at_process_peak += totals.live_at_process_peak;
      for (const auto& [number, count] : totals.lifetimes) sum.lifetimes.emplace_back(0, count);
    }
    return sum;
  }

  std::vector<TallyKey> keys_;
};

TEST_F(InDomains, AreApartFromTheHeapAndFromEachOther) {
  allocate(0x1000, 100);
  pool(0x1000, 30);  // at the same address
  pool(0x1020, 30);
  map(0x1000, 0x3000);
  EXPECT_EQ(tallies_.total(), (Amount{100, 1}));
  EXPECT_EQ(parent_.tally.total, (Amount{100, 1}));
  EXPECT_EQ(tallies_.peak(), (Amount{100, 1}));
  EXPECT_EQ(of_pool().live, (Amount{60, 2}));
  EXPECT_EQ(of_mapped().live, (Amount{0x3000, 1}));
  free(0x1000);
  EXPECT_EQ(of_pool().live, (Amount{60, 2}));
  pool_free(0x1000);
  EXPECT_EQ(of_pool().live, (Amount{30, 1}));
  EXPECT_EQ(of_pool().peak, (Amount{60, 2}));
  EXPECT_EQ(events_.counts().frees, 1u);
  EXPECT_EQ(events_.domain_counts().frees, 1u);
}

TEST_F(InDomains, TheirPeakIsTheirOwnAndTheHeapsIsKeptOfThem) {
  pool(0x100, 10);
  allocate(0x1000, 100);  // the heap's peak: the pool has 10
  pool(0x200, 20);
  free(0x1000);
  pool_free(0x100);
  EXPECT_EQ(of_pool().peak, (Amount{30, 2}));
  const TallyTotals totals = totals_of(domains_.named("pool"));
  EXPECT_EQ(totals.live_at_peak, (Amount{10, 1}));
  EXPECT_EQ(totals.live_at_process_peak, (Amount{30, 2}));  // the domain's own
  EXPECT_EQ(totals.live_at_end, (Amount{20, 1}));
}

TEST_F(InDomains, WhatIsTemporaryIsSoWithinItsDomain) {
  pool(0x100, 10);
  allocate(0x900, 1);  // of another domain
  pool_free(0x100);
  pool(0x100, 10);
  pool(0x200, 20);
  pool_free(0x100);  // not: 0x200 came between
  map(0x1000, 0x2000);
  unmap(0x1000, 0x1000);  // a part of it
  unmap(0x2000, 0x1000);
  map(0x1000, 0x2000);
  unmap(0x1000, 0x2000, 1);  // another thread
  EXPECT_EQ(totals_of(domains_.named("pool")).temporary, (Amount{10, 1}));
  EXPECT_EQ(totals_of(kMappedDomain).temporary, (Amount{0x2000, 1}));
}

TEST_F(InDomains, AMappingIsCountedUntilItsLastPieceIsGone) {
  map(0x10000, 0x4000);
  unmap(0x11000, 0x1000);
  EXPECT_EQ(of_mapped().live, (Amount{0x3000, 1}));
  unmap(0x0, 0x11000);  // what else was there is not known
  EXPECT_EQ(of_mapped().live, (Amount{0x2000, 1}));
  map(0x12000, 0x8000);  // over the rest of it
  EXPECT_EQ(of_mapped().live, (Amount{0x8000, 1}));
  EXPECT_EQ(of_mapped().total, (Amount{0xc000, 2}));
  EXPECT_EQ(of_mapped().peak, (Amount{0x8000, 1}));
  const TallyTotals totals = totals_of(kMappedDomain);
  EXPECT_EQ(totals.total, (Amount{0xc000, 2}));
  EXPECT_EQ(totals.live_at_end, (Amount{0x8000, 1}));
  EXPECT_EQ(totals.lifetimes.size(), 1u);
  EXPECT_EQ(events_.domain_counts().frees, 1u);
}

TEST_F(InDomains, PartsThatWereFreedAreInTheirBucket) {
  map(0x10000, 0x4000);
  tallies_.take_bucket(Nanoseconds(0), Nanoseconds(1));
  unmap(0x10000, 0x1000);
  unmap(0x11000, 0x1000);
  ASSERT_FALSE(tallies_.bucket_is_empty());
  const Bucket bucket = tallies_.take_bucket(Nanoseconds(1), Nanoseconds(1));
  ASSERT_EQ(bucket.deltas.size(), 1u);
  EXPECT_EQ(bucket.deltas[0].freed, (Amount{0x2000, 0}));
  unmap(0x12000, 0x2000);
  const Bucket last = tallies_.take_bucket(Nanoseconds(2), Nanoseconds(1));
  ASSERT_EQ(last.deltas.size(), 1u);
  EXPECT_EQ(last.deltas[0].freed, (Amount{0x2000, 1}));
}

TEST_F(InDomains, FreesThatWereMissedAreCounted) {
  pool(0x100, 10);
  pool(0x100, 20);
  pool_free(0x300);
  EXPECT_EQ(of_pool().live, (Amount{20, 1}));
  EXPECT_EQ(events_.domain_counts().inferred_frees, 1u);
  EXPECT_EQ(events_.domain_counts().unknown_frees, 1u);
  EXPECT_EQ(events_.counts().inferred_frees, 0u);
  EXPECT_EQ(events_.counts().unknown_frees, 0u);
}

TEST_F(InDomains, EachProcessNumbersThemForItself) {
  apply(thread_begin(stamp(), 21, "child", 1), 2);
  name(wire::kFirstNamed, "oval", 2);
  pool(0x100, 10);
  pool(0x100, 7, 2);
  pool_free(0x500, 2);  // perhaps its parent's
  in_domain(EventKind::kDomainAllocate, wire::kOthers, 0x100, 3);
  in_domain(EventKind::kDomainAllocate, 77, 0x100, 4);  // its name was lost
  EXPECT_EQ(of_pool().live, (Amount{10, 1}));
  EXPECT_EQ(domains_.tally(domains_.named("oval")).live, (Amount{7, 1}));
  EXPECT_EQ(domains_.tally(domains_.others()).live, (Amount{3, 1}));
  EXPECT_EQ(domains_.tally(domains_.named("")).live, (Amount{4, 1}));
  EXPECT_EQ(events_.domain_counts().unknown_frees, 0u);
}

TEST_F(InDomains, AreForgottenWhereTheProgramAsksForIt) {
  pool(0x100, 10);
  map(0x10000, 0x4000);
  unmap(0x10000, 0x1000);
  const auto kind = static_cast<std::uint64_t>(wire::NoteKind::kClear);
  apply(make_event(EventKind::kNote, stamp(), kind, 11), 0);
  EXPECT_EQ(of_pool().live, (Amount{0, 0}));
  EXPECT_EQ(of_mapped().live, (Amount{0, 0}));
  map(0x10000, 0x1000);
  events_.end_process(parent_);
  EXPECT_EQ(of_pool().live_at_end, (Amount{0, 0}));
  EXPECT_EQ(of_mapped().live_at_end, (Amount{0x1000, 1}));
  EXPECT_EQ(totals_of(kMappedDomain).total, (Amount{0x5000, 2}));
}

TEST_F(InDomains, WhatIsLiveAsTheProcessEndsIsItsLeaks) {
  pool(0x100, 10);
  map(0x10000, 0x4000);
  unmap(0x10000, 0x1000);
  tallies_.take_bucket(Nanoseconds(0), Nanoseconds(1));
  events_.end_process(parent_);
  EXPECT_EQ(of_pool().live, (Amount{0, 0}));
  EXPECT_EQ(of_pool().live_at_end, (Amount{10, 1}));
  EXPECT_EQ(of_mapped().live_at_end, (Amount{0x3000, 1}));
  EXPECT_EQ(totals_of(kMappedDomain).live_at_end, (Amount{0x3000, 1}));
  std::uint64_t survived = 0;
  for (const Survivors& row : tallies_.survivors()) {
    for (const TallyAmount& amount : row.amounts) survived += amount.amount.bytes;
  }
  EXPECT_EQ(survived, 10u + 0x3000u);
}

}  // namespace
}  // namespace heaptally
