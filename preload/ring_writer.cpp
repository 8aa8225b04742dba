#include "preload/ring_writer.h"

#include "preload/system.h"

namespace heaptally::preload {
namespace {

constexpr int kSpins = 2000;
constexpr std::int64_t kSleep = 50'000'000;             // ns
constexpr std::uint64_t kLongestWait = 10'000'000'000;  // ns

// Where events go that are not to be recorded.
wire::RingHeader g_no_ring;
wire::Event g_no_slot;

}  // namespace

void RingWriter::detach() {
  header_ = &g_no_ring;
  slots_ = &g_no_slot;
  slot_count_ = 1;
  dropping_ = true;
}

void RingWriter::attach(wire::RingHeader* header, wire::Event* slots, std::uint32_t slot_count) {
  header_ = header;
  slots_ = slots;
  slot_count_ = slot_count;
  dropping_ = false;
  header_->pending.store(0, std::memory_order_relaxed);
  head_ = header_->head.load(std::memory_order_relaxed);
  tail_seen_ = header_->tail.load(std::memory_order_acquire);
  last_stamp_ = g_session.now();
}

bool RingWriter::has_room(std::uint32_t count) {
  tail_seen_ = header_->tail.load(std::memory_order_acquire);
  return head_ + count - tail_seen_ <= slot_count_;
}

bool RingWriter::reserve_slowly(std::uint32_t count) {
  if (has_room(count)) {
    if (dropping_) g_session.collector_drains_again();
    dropping_ = false;
    return true;
  }
  const bool may_wait =
      !dropping_ && !g_session.drop_when_full() && !g_session.has_waited_in_vain();
  if (may_wait && wait_for_room(count)) return true;
  if (g_session.is_unnoticed_fork()) return false;
  dropping_ = true;
  g_session.counters().lost_events.fetch_add(1, std::memory_order_relaxed);
  return false;
}

bool RingWriter::wait_for_room(std::uint32_t count) {
  const std::uint64_t begin = monotonic_nanoseconds();
  g_session.wake_collector();
  bool room = false;
  for (int spin = 0; spin < kSpins && !room; ++spin) {
    spin_pause();
    room = has_room(count);
  }
  std::uint64_t waited = monotonic_nanoseconds() - begin;
  while (!room && waited < kLongestWait && !g_session.is_unnoticed_fork() &&
         g_session.collector_is_there()) {
    // Sequentially consistent with the collector's tail store and its look at `waiting`:
    // either it sees this store and wakes us, or we see its tail.
    header_->waiting.store(1, std::memory_order_seq_cst);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    room = has_room(count);
    if (!room) futex_wait(&header_->waiting, 1, kSleep);
    room = room || has_room(count);
    waited = monotonic_nanoseconds() - begin;
  }
  if (g_session.is_unnoticed_fork()) return false;
  header_->waiting.store(0, std::memory_order_relaxed);
  if (!room) g_session.give_up_waiting();
  g_session.counters().waited_ns.fetch_add(waited, std::memory_order_relaxed);
  return room;
}

}  // namespace heaptally::preload
