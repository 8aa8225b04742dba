// EventTally: from events in order to tallies.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/collect/domain_events.h"
#include "core/collect/event_log_buffer.h"
#include "core/collect/image_family.h"
#include "core/collect/merged_event.h"
#include "core/collect/tallies.h"
#include "core/collect/task_table.h"
#include "core/collect/tick_clock.h"
#include "core/collect/trace_store.h"
#include "wire/events.h"

namespace heaptally {

struct EventCounts {
  std::uint64_t frees = 0;
  std::uint64_t unknown_frees = 0;
  std::uint64_t inherited_frees = 0;
  std::uint64_t untraced_frees = 0;  // of blocks that were not recorded, as the program asked
  std::uint64_t inferred_frees = 0;
  std::uint64_t late = 0;
  std::uint64_t damaged_traces = 0;
  std::uint64_t orphans = 0;  // of processes that nothing is known of
};

// A stack that the shim captured, and what libunwind made of the same one.
struct StackDifference {
  std::int32_t pid = 0;
  TraceId captured{};
  TraceId by_libunwind{};
};

// What events tell of processes, and who knows more of them.
class ProcessEvents {
 public:
  virtual ~ProcessEvents() = default;
  // Those whose memory has this number, from their first event to their last.
  virtual ImageFamily& family(std::uint32_t source) = 0;
  // The process of a block that events name before it was noticed; null if there is none.
  virtual TrackedProcess* process_of(ImageFamily& family, std::uint32_t block) = 0;
  virtual void note(const TrackedProcess& from, const PendingNote& note, std::uint64_t stamp) = 0;
};

// Purpose: applies all processes' events, which come in order of their stamps, to their live
//   tables and the tallies. A free without its allocation and an allocation at a live
//   address are counted, never trusted. Threads: one at a time.
class EventTally {
 public:
  EventTally(const TickClock& clock, TraceStore& traces, TaskTable& tasks, Tallies& tallies,
             DomainTable& domains, ProcessEvents& processes)
      : clock_(clock),
        traces_(traces),
        tasks_(tasks),
        tallies_(tallies),
        in_domains_(traces, tasks, tallies, domains),
        processes_(processes) {}

  // Called with the time of each event before it is applied; where time buckets are closed.
  void on_time(std::function<void(Nanoseconds)> callback, Nanoseconds first);
  // Called with the name that a process gave to this moment, after all events before it.
  using OnMark = std::function<void(const TrackedProcess&, const std::string& name)>;
  void on_mark(OnMark callback) { mark_callback_ = std::move(callback); }
  // Called with what a process says or asks through heaptally.h, in the same way; `lane`: of the
  // thread that does.
  using OnWord = std::function<void(TrackedProcess&, std::uint32_t lane, const PendingNote&)>;
  void on_word(OnWord callback) { word_callback_ = std::move(callback); }
  // Tells of each block, too; null: no more.
  void log_to(EventLogBuffer* log) { log_ = log; }
  // Nothing that is still to come is earlier than this; what comes late counts as of then.
  void not_before(Nanoseconds time) { last_time_ = std::max(last_time_, time); }
  // The first callback wants to be called again once this time is reached.
  void call_at(Nanoseconds time) { next_call_ = time; }
  // A mark was set at this time: events that come after it, late ones too, are not before it.
  void begin_generation(Nanoseconds time) { last_time_ = std::max(last_time_, time); }

  void apply(std::span<const MergedEvent> events);
  // All of the process's events were applied: the blocks still live are its leaks.
  void end_process(TrackedProcess& process);

  // Reads the names that the threads of a family have by now.
  void refresh_thread_names(ImageFamily& family);

  const EventCounts& counts() const { return counts_; }
  const DomainCounts& domain_counts() const { return in_domains_.counts(); }
  // The first few.
  const std::vector<StackDifference>& differences() const { return differences_; }
  Nanoseconds last_time() const { return last_time_; }

 private:
  // Of a lane that had an event.
  struct KnownLane {
    std::uint64_t key = ~std::uint64_t{0};  // its memory and index
    LaneState* lane = nullptr;
  };
  // Of a tally that was looked up.
  struct KnownTally {
    std::uint64_t key = 0;  // trace, task and size class, as events say them; 0: none
    std::uint32_t family = 0;
    TallyId tally{};
  };
  static constexpr std::size_t kKnownLanes = 64;
  static constexpr std::size_t kKnownTallies = 4096;
  static constexpr std::size_t kAhead = 8;  // events whose blocks are being fetched

  static std::uint64_t key_of(const MergedEvent& event);
  LaneState& lane_of(const MergedEvent& event);
  [[gnu::noinline]] LaneState& find_lane(KnownLane& known, const MergedEvent& event);
  LaneState& look_ahead(const MergedEvent& event);
  bool find_process(LaneState& lane, const MergedEvent& event);
  void begin_thread(LaneState& lane, const MergedEvent& event);
  void apply(LaneState& lane, const MergedEvent& event);
  void apply_rare(LaneState& lane, const MergedEvent& event);
  void allocate(LaneState& lane, const wire::Event& event);
  void free(LaneState& lane, std::uint64_t address);
  [[gnu::noinline]] void free_unknown(LaneState& lane);
  void end_note(LaneState& lane, const MergedEvent& merged);
  void log_forgotten(const TrackedProcess& process);
  void note_difference(const TrackedProcess& process, const PendingNote& note);
  void begin_note(LaneState& lane, const wire::Event& event);
  void add_text(LaneState& lane, const wire::Event& event);
  TallyId tally_for(const LaneState& lane, wire::TraceIndex trace, std::uint64_t size);
  [[gnu::noinline]] TallyId look_up(const LaneState& lane, wire::TraceIndex trace,
                                    SizeClass size_class, bool& is_sound);
  void advance(std::uint64_t stamp);

  const TickClock& clock_;
  TraceStore& traces_;
  TaskTable& tasks_;
  Tallies& tallies_;
  DomainEvents in_domains_;
  ProcessEvents& processes_;
  EventLogBuffer* log_ = nullptr;
  EventCounts counts_;
  std::vector<StackDifference> differences_;
  std::uint64_t last_stamp_ = 0;
  Nanoseconds last_time_{0};
  Nanoseconds next_call_{Nanoseconds::max()};
  std::function<void(Nanoseconds)> callback_;
  OnMark mark_callback_;
  OnWord word_callback_;
  // Neither is ever wrong: lanes stay where they are, numbers of memories and ids of tallies are
  // not used again.
  std::array<KnownLane, kKnownLanes> known_lanes_;
  std::vector<KnownTally> known_tallies_ = std::vector<KnownTally>(kKnownTallies);
};

}  // namespace heaptally
