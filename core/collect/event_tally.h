// EventTally: from events in order to tallies.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/collect/live_table.h"
#include "core/collect/process_image.h"
#include "core/collect/tallies.h"
#include "core/collect/task_table.h"
#include "core/collect/tick_clock.h"
#include "core/collect/trace_store.h"
#include "wire/events.h"

namespace heaptally {

struct EventCounts {
  std::uint64_t frees = 0;
  std::uint64_t unknown_frees = 0;
  std::uint64_t inferred_frees = 0;
  std::uint64_t late = 0;
  std::uint64_t damaged_traces = 0;
};

// Purpose: applies a process image's events, which come in order of their stamps, to the
//   live table and the tallies. A free without its allocation and an allocation at a live
//   address are counted, never trusted. Threads: one at a time.
class EventTally {
 public:
  EventTally(const TickClock& clock, TraceStore& traces, TaskTable& tasks, Tallies& tallies)
      : clock_(clock), traces_(traces), tasks_(tasks), tallies_(tallies) {}

  // Called with the time of each event before it is applied; where time buckets are closed.
  void on_time(std::function<void(Nanoseconds)> callback, Nanoseconds first);
  // The callback wants to be called again once this time is reached.
  void call_at(Nanoseconds time) { next_call_ = time; }

  void begin_image(ProcessImage& image);
  void end_image();
  void apply(const wire::Event& event, std::uint32_t lane);

  // Reads the names that threads have by now.
  void refresh_thread_names();

  const EventCounts& counts() const { return counts_; }
  Nanoseconds last_time() const { return last_time_; }

 private:
  struct Lane {
    bool has_task = false;
    TaskId task{};
    std::int32_t tid = 0;
    std::uint64_t last_allocation = 0;  // its address, while it can still be a temporary
    // The last key that was looked up: loops hit it.
    wire::TraceIndex memo_trace = 0;
    SizeClass memo_class{255};
    TallyId memo_tally{};
  };

  Lane& lane_of(std::uint32_t index);
  void begin_thread(Lane& lane, const wire::Event& event);
  void allocate(Lane& lane, const wire::Event& event);
  void free(Lane& lane, std::uint64_t address);
  TallyId tally_for(Lane& lane, wire::TraceIndex trace, std::uint64_t size);
  void advance(std::uint64_t stamp);

  const TickClock& clock_;
  TraceStore& traces_;
  TaskTable& tasks_;
  Tallies& tallies_;
  ProcessImage* image_ = nullptr;
  LiveTable live_;
  std::vector<Lane> lanes_;
  EventCounts counts_;
  std::uint64_t last_stamp_ = 0;
  Nanoseconds last_time_{0};
  Nanoseconds next_call_{Nanoseconds::max()};
  std::function<void(Nanoseconds)> callback_;
};

}  // namespace heaptally
