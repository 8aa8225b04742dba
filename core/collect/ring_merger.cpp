#include "core/collect/ring_merger.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace heaptally {
namespace {

constexpr std::uint64_t kReleaseEvery = 1024;

bool is_allocation(const wire::Event& event) {
  return event.kind == wire::EventKind::kAllocate || event.kind == wire::EventKind::kReallocateTo;
}

bool makes_sense(const wire::Event& event) {
  constexpr std::uint64_t kAddressSpace = std::uint64_t{1} << 47;
  const auto kind = static_cast<std::uint8_t>(event.kind);
  if (is_allocation(event) && event.size > kAddressSpace) return false;
  return kind != 0 && kind <= wire::kLastEventKind &&
         (event.kind == wire::EventKind::kThreadBegin || event.kind == wire::EventKind::kText ||
          event.address != 0);
}

}  // namespace

void RingMerger::add(SharedMemory& memory, Source source) {
  memories_.push_back({&memory, source, 0});
}

void RingMerger::remove(Source source) {
  std::erase_if(memories_, [&](const Memory& memory) { return memory.source == source; });
  std::erase_if(rings_, [&](const Ring& ring) { return ring.source == source; });
}

void RingMerger::find_rings() {
  for (Memory& known : memories_) {
    const std::uint32_t count = known.memory->lane_count();
    for (; known.lanes < count; ++known.lanes) {
      const wire::Event* slots = known.memory->slots(known.lanes);
      if (slots == nullptr) break;
      wire::Lane& lane = known.memory->lane(known.lanes);
      Ring ring;
      ring.header = &lane.main;
      ring.slots = slots;
      ring.mask = wire::kRingSlots - 1;
      ring.source = known.source;
      ring.lane = known.lanes;
      rings_.push_back(ring);
      ring.header = &lane.nested;
      ring.slots = slots + wire::kRingSlots;
      ring.mask = wire::kNestedRingSlots - 1;
      ring.is_nested = true;
      rings_.push_back(ring);
    }
  }
}

// No event with a stamp below this can still be committed.
std::uint64_t RingMerger::horizon(std::uint64_t now) {
  std::uint64_t least = now - slack_;
  for (Ring& ring : rings_) {
    // Read after `now`: a producer that stamps before now - slack has long since made its
    // `pending` visible. Matched by the release that clears it after the commit.
    const std::uint64_t pending = ring.header->pending.load(std::memory_order_acquire);
    if (pending == 0) {
      ring.pending = 0;
      continue;
    }
    if (pending != ring.pending) {
      ring.pending = pending;
      ring.pending_since = now;
    }
    if (now - ring.pending_since < stuck_after_) least = std::min(least, pending);
  }
  return least;
}

// Copies the ring's next sensible event. False: it has none.
// Events may be stamped after `now` was read. One that still lies ahead of the clock when it is
// seen again was never stamped: it would hold up its ring for good.
bool RingMerger::load_next(Ring& ring, std::uint64_t now) {
  for (; ring.tail != ring.head; ++ring.tail) {
    ring.next = ring.slots[ring.tail & ring.mask];
    const bool was_ahead = std::exchange(ring.is_ahead, false);
    if (makes_sense(ring.next)) {
      if (ring.next.stamp <= now) return true;
      if (!was_ahead) {
        ring.is_ahead = true;
        return false;
      }
    }
    ++counts_.rejected;
  }
  return false;
}

// Gives the consumed slots back, and wakes a producer that waits for them.
void RingMerger::release(Ring& ring) {
  ring.released = ring.tail;
  ring.header->tail.store(ring.tail, std::memory_order_seq_cst);
  if (ring.header->waiting.load(std::memory_order_seq_cst) == 0) return;
  ring.header->waiting.store(0, std::memory_order_seq_cst);
  syscall(SYS_futex, &ring.header->waiting, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

std::size_t RingMerger::merge(std::uint64_t now, std::uint64_t before, const Sink& sink) {
  heap_.clear();
  for (std::uint32_t i = 0; i < rings_.size(); ++i) {
    Ring& ring = rings_[i];
    // Matched by the release of the producer's commit.
    std::uint64_t head = ring.header->head.load(std::memory_order_acquire);
    if (static_cast<std::int64_t>(head - ring.tail) < 0) {
      // Nobody takes back what was consumed.
      ++counts_.rejected;
      head = ring.tail;
    } else if (head - ring.tail > ring.mask + 1) {
      ++counts_.rejected;
      ring.tail = head;
    }
    ring.head = head;
    if (load_next(ring, now) && ring.next.stamp < before) heap_.push_back({ring.next.stamp, i});
  }
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
  std::size_t handed_on = 0;
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    Ring& ring = rings_[heap_.back().ring];
    const std::uint32_t index = heap_.back().ring;
    heap_.pop_back();
    // A run: all of this ring's events up to the next ring's first.
    const std::uint64_t until = heap_.empty() ? before : std::min(before, heap_.front().stamp + 1);
    const std::uint64_t first = ring.tail;
    bool more = true;
    while (more && ring.next.stamp < until) {
      sink(ring.next, ring.source, ring.lane);
      ++ring.tail;
      more = load_next(ring, now);
    }
    handed_on += ring.tail - first;
    if (ring.is_nested) counts_.nested += ring.tail - first;
    if (ring.tail - ring.released >= kReleaseEvery) release(ring);
    if (more && ring.next.stamp < before) {
      heap_.push_back({ring.next.stamp, index});
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    }
  }
  for (Ring& ring : rings_) {
    if (ring.tail != ring.released) release(ring);
  }
  return handed_on;
}

std::size_t RingMerger::drain(std::uint64_t now, const Sink& sink) {
  find_rings();
  drained_until_ = horizon(now);
  return merge(now, drained_until_, sink);
}

bool RingMerger::has_backlog(std::uint64_t slots) {
  find_rings();
  for (const Ring& ring : rings_) {
    if (ring.header->head.load(std::memory_order_acquire) - ring.tail > slots) return true;
  }
  return false;
}

}  // namespace heaptally
