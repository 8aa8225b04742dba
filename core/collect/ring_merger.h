// RingMerger: the events of all rings of a recording, in order of their stamps.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/collect/merged_event.h"
#include "core/collect/shared_memory.h"
#include "wire/events.h"

namespace heaptally {

struct MergerCounts {
  std::uint64_t rejected = 0;  // events that make no sense
  std::uint64_t nested = 0;    // from rings of signal handlers
};

// Purpose: drains the rings of all programs' memories. An event is handed on only when no earlier
//   one can still come: when its stamp is below every ring's `pending` and below now by the slack.
// A ring whose `pending` does not move for long (its thread died, or its signal handler does
//   not return) is not waited for.
// Threads: one at a time.
class RingMerger {
 public:
  // A number that the caller gives each memory.
  using Source = std::uint32_t;
  // Receives the events that come next, some hundred at a time.
  using Sink = std::function<void(std::span<const MergedEvent>)>;

  // `stuck_after`: ticks after which a `pending` that has not moved is passed over.
  RingMerger(std::uint64_t slack, std::uint64_t stuck_after)
      : slack_(slack), stuck_after_(stuck_after), batch_(kBatch) {}

  // Until it is removed, the memory must live.
  void add(SharedMemory& memory, Source source);
  // What its rings still hold is dropped.
  void remove(Source source);

  // Hands on all that is safe at `now`, and frees its slots. Returns how many events.
  std::size_t drain(std::uint64_t now, const Sink& sink);

  // Whether a ring has more than `slots` events that wait.
  bool has_backlog(std::uint64_t slots);
  // Later calls hand on no event before this stamp (but for those that come late).
  std::uint64_t drained_until() const { return drained_until_; }
  const MergerCounts& counts() const { return counts_; }

 private:
  static constexpr std::size_t kBatch = 128;  // fits the first cache, and hides a cache miss

  struct Memory {
    SharedMemory* memory;
    Source source;
    std::uint32_t lanes;  // whose rings are known
  };
  struct Ring {
    wire::RingHeader* header = nullptr;
    const wire::Event* slots = nullptr;
    std::uint64_t mask = 0;
    std::uint64_t tail = 0;        // ours; what the shared memory says is only for the producer
    std::uint64_t head = 0;        // as last read
    std::uint64_t next_stamp = 0;  // copied; of the event at `tail`, if tail != head
    Source source = 0;
    std::uint32_t lane = 0;
    bool is_nested = false;
    bool is_ahead = false;       // its next event has a stamp that was yet to come when it was seen
    std::uint64_t first = 0;     // the tail when drain() was called
    std::uint64_t released = 0;  // the tail that the producer was told
    std::uint64_t pending = 0;
    std::uint64_t pending_since = 0;
  };
  // In the heap: rings by the stamp of their next event.
  struct Entry {
    std::uint64_t stamp;
    std::uint32_t ring;
    bool operator<(const Entry& other) const { return stamp < other.stamp; }
  };

  void find_rings();
  std::uint64_t horizon(std::uint64_t now);
  void merge(std::uint64_t now, std::uint64_t before, const Sink& sink);
  void read_heads(std::uint64_t now, std::uint64_t before);
  bool look_at_next(Ring& ring, std::uint64_t now);
  bool take_run(Ring& ring, std::uint64_t now, std::uint64_t until, const Sink& sink);
  void replace_first(std::uint64_t stamp);
  void remove_first();
  void hand_on(const Sink& sink);
  void release(Ring& ring);
  void release_some(Ring& ring);
  void wake_producer(Ring& ring);

  std::uint64_t slack_;
  std::uint64_t stuck_after_;
  std::uint64_t drained_until_ = 0;
  std::vector<Memory> memories_;
  std::vector<Ring> rings_;
  std::vector<Entry> heap_;
  std::vector<MergedEvent> batch_;
  std::size_t batched_ = 0;    // of batch_
  std::size_t handed_on_ = 0;  // since drain() was called
  MergerCounts counts_;
};

}  // namespace heaptally
