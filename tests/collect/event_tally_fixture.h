// EventTallyTest: a program and its child, whose events are made by hand.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "core/collect/event_tally.h"
#include "tests/collect/ring_of_events.h"

namespace heaptally {

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
    apply(make_event(wire::EventKind::kAllocate, stamp(), address, size, 1), lane);
  }
  void free(std::uint64_t address, std::uint32_t lane = 0) {
    apply(make_event(wire::EventKind::kFree, stamp(), address), lane);
  }
  void reallocate(std::uint64_t from, std::uint64_t to, std::uint64_t size) {
    apply(make_event(wire::EventKind::kReallocateFrom, stamp(), from), 0);
    apply(make_event(wire::EventKind::kReallocateTo, stamp(), to, size, 1), 0);
  }
  void mark(const char (&name)[5], std::uint64_t now) {
    const auto kind = static_cast<std::uint64_t>(wire::NoteKind::kMark);
    apply(make_event(wire::EventKind::kNote, now, kind, 11, sizeof(name) - 1), 1);
    wire::Event text = make_event(wire::EventKind::kText, now, 0);
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

}  // namespace heaptally
