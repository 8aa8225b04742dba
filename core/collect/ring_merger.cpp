#include "core/collect/ring_merger.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace heaptally {
namespace {

constexpr std::uint64_t kReleaseEvery = 1024;

bool is_allocation(wire::EventKind kind) {
  return kind == wire::EventKind::kAllocate || kind == wire::EventKind::kReallocateTo;
}

bool makes_sense(const wire::Event& event) {
  constexpr std::uint64_t kAddressSpace = std::uint64_t{1} << 47;
  if (event.kind >= wire::EventKind::kAllocate && event.kind <= wire::EventKind::kReallocateTo) {
    return event.address != 0 && event.address < kAddressSpace &&
           (event.size <= kAddressSpace || !is_allocation(event.kind));
  }
  switch (event.kind) {
    case wire::EventKind::kThreadBegin:
    case wire::EventKind::kText:
      return true;
    case wire::EventKind::kNote:
      return event.address != 0;
    case wire::EventKind::kDomainAllocate:
    case wire::EventKind::kDomainFree:
      return event.domain > wire::kAllocator && event.address != 0 &&
             event.address < kAddressSpace && event.size <= kAddressSpace;
    case wire::EventKind::kMap:
    case wire::EventKind::kUnmap:
      return event.domain <= wire::kAllocator && event.size != 0 && event.address < kAddressSpace &&
             event.size <= kAddressSpace - event.address;
    default:
      return false;
  }
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

// Copies the stamp of the ring's next event. False: it has none.
// Events may be stamped after `now` was read. One that still lies ahead of the clock when it is
// seen again was never stamped: it would hold up its ring for good.
bool RingMerger::look_at_next(Ring& ring, std::uint64_t now) {
  for (; ring.tail != ring.head; ++ring.tail) {
    ring.next_stamp = ring.slots[ring.tail & ring.mask].stamp;
    if (ring.next_stamp <= now) [[likely]] {
      ring.is_ahead = false;
      return true;
    }
    ring.is_ahead = !ring.is_ahead;
    if (ring.is_ahead) return false;
    ++counts_.rejected;
  }
  return false;
}

// Gives the consumed slots back.
void RingMerger::release(Ring& ring) {
  ring.released = ring.tail;
  ring.header->tail.store(ring.tail, std::memory_order_seq_cst);
}

// In the midst of a drain. Who waits is woken once half the ring is free: woken for less, it would
// soon wait again.
void RingMerger::release_some(Ring& ring) {
  if (ring.tail - ring.released < kReleaseEvery) return;
  release(ring);
  if (ring.head - ring.tail <= (ring.mask + 1) / 2) wake_producer(ring);
}

void RingMerger::wake_producer(Ring& ring) {
  if (ring.header->waiting.load(std::memory_order_seq_cst) == 0) return;
  ring.header->waiting.store(0, std::memory_order_seq_cst);
  syscall(SYS_futex, &ring.header->waiting, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

// The heap of those rings whose next event is to be handed on.
void RingMerger::read_heads(std::uint64_t now, std::uint64_t before) {
  heap_.clear();
  for (std::uint32_t i = 0; i < rings_.size(); ++i) {
    Ring& ring = rings_[i];
    ring.first = ring.tail;
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
    if (look_at_next(ring, now) && ring.next_stamp < before) heap_.push_back({ring.next_stamp, i});
  }
  std::sort(heap_.begin(), heap_.end());
}

// The ring with the first event goes to where its next one belongs.
void RingMerger::replace_first(std::uint64_t stamp) {
  const Entry moved = {stamp, heap_.front().ring};
  std::size_t i = 0;
  for (std::size_t child = 1; child < heap_.size(); child = 2 * i + 1) {
    if (child + 1 < heap_.size() && heap_[child + 1] < heap_[child]) ++child;
    if (!(heap_[child] < moved)) break;
    heap_[i] = heap_[child];
    i = child;
  }
  heap_[i] = moved;
}

void RingMerger::remove_first() {
  const Entry last = heap_.back();
  heap_.pop_back();
  if (heap_.empty()) return;
  heap_.front().ring = last.ring;
  replace_first(last.stamp);
}

void RingMerger::hand_on(const Sink& sink) {
  if (batched_ == 0) return;
  handed_on_ += batched_;
  sink({batch_.data(), std::exchange(batched_, 0)});
}

// Hands on the ring's events before `until`. False: it has no more.
bool RingMerger::take_run(Ring& ring, std::uint64_t now, std::uint64_t until, const Sink& sink) {
  do {
    MergedEvent& merged = batch_[batched_];
    merged = {ring.slots[ring.tail & ring.mask], ring.source, ring.lane};
    // Whatever has become of the slot since, it is handed on in its place.
    merged.event.stamp = ring.next_stamp;
    ++ring.tail;
    if (makes_sense(merged.event)) {
      ++batched_;
      // What the allocator maps within a realloc interrupts a hook, too.
      if (ring.is_nested) counts_.nested += merged.event.domain != wire::kAllocator;
    } else {
      ++counts_.rejected;
    }
    if (batched_ == kBatch) {
      release_some(ring);
      hand_on(sink);
    }
    if (!look_at_next(ring, now)) return false;
  } while (ring.next_stamp < until);
  return true;
}

void RingMerger::merge(std::uint64_t now, std::uint64_t before, const Sink& sink) {
  read_heads(now, before);
  while (!heap_.empty()) {
    Ring& ring = rings_[heap_.front().ring];
    // A run: all of this ring's events up to the next ring's first.
    std::uint64_t until = before;
    if (heap_.size() > 1) until = std::min(until, heap_[1].stamp + 1);
    if (heap_.size() > 2) until = std::min(until, heap_[2].stamp + 1);
    if (take_run(ring, now, until, sink) && ring.next_stamp < before) {
      replace_first(ring.next_stamp);
    } else {
      remove_first();
    }
    release_some(ring);
  }
  hand_on(sink);
  for (Ring& ring : rings_) {
    if (ring.tail == ring.first) continue;
    release(ring);
    wake_producer(ring);
  }
}

std::size_t RingMerger::drain(std::uint64_t now, const Sink& sink) {
  find_rings();
  drained_until_ = horizon(now);
  handed_on_ = 0;
  merge(now, drained_until_, sink);
  return handed_on_;
}

bool RingMerger::has_backlog(std::uint64_t slots) {
  find_rings();
  for (const Ring& ring : rings_) {
    if (ring.header->head.load(std::memory_order_acquire) - ring.tail > slots) return true;
  }
  return false;
}

}  // namespace heaptally
