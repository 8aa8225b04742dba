// RingWriter: the producer's end of a ring.
#pragma once

#include <cstdint>

#include "preload/session.h"
#include "wire/layout.h"

namespace heaptally::preload {

// Purpose: commits events in order of their stamps.
// Threads: the one that owns the lane; its signal handlers use another ring.
// Sequence for each commit: reserve, open, stamp..., put..., commit or abandon.
class RingWriter {
 public:
  // Takes the ring over where its former owner left it.
  void attach(wire::RingHeader* header, wire::Event* slots, std::uint32_t slot_count);

  // What is still committed goes nowhere: the ring is another process's.
  void detach();

  // Room for `count` events, waiting for the collector if need be and allowed.
  // False: the event is lost, and counted.
  bool reserve(std::uint32_t count) {
    if (head_ + count - tail_seen_ <= slot_count_) [[likely]]
      return true;
    return reserve_slowly(count);
  }

  // From here to commit or abandon the collector holds back later events.
  void open() {
    if (g_session.is_unnoticed_fork()) [[unlikely]]
      return;
    header_->pending.store(last_stamp_ | 1, std::memory_order_relaxed);
  }

  std::uint64_t stamp() { return last_stamp_ = g_session.now(); }

  // Field by field: a copy of what was just written in parts would wait for those.
  void put(std::uint32_t offset, wire::EventKind kind, std::uint64_t stamp, std::uint64_t address,
           std::uint64_t size, wire::TraceIndex trace, std::uint16_t process = 0,
           wire::DomainNumber domain = wire::kHeap) {
    if (g_session.is_unnoticed_fork()) [[unlikely]]
      return;
    wire::Event& slot = slots_[(head_ + offset) & (slot_count_ - 1)];
    slot.stamp = stamp;
    slot.address = address;
    slot.size = size;
    slot.trace = trace;
    slot.kind = kind;
    slot.domain = domain;
    slot.process = process;
  }

  void commit(std::uint32_t count) {
    if (g_session.is_unnoticed_fork()) [[unlikely]]
      return;
    head_ += count;
    header_->head.store(head_, std::memory_order_release);
    header_->pending.store(0, std::memory_order_release);
    if ((head_ & kWakeMask) < count) [[unlikely]]
      g_session.wake_collector();
  }

  void abandon() { header_->pending.store(0, std::memory_order_release); }

 private:
  // A sleeping collector is woken every so many events.
  static constexpr std::uint64_t kWakeMask = 4095;

  bool reserve_slowly(std::uint32_t count);
  bool has_room(std::uint32_t count);
  bool wait_for_room(std::uint32_t count);

  wire::RingHeader* header_ = nullptr;
  wire::Event* slots_ = nullptr;
  std::uint32_t slot_count_ = 0;
  bool dropping_ = false;  // waited in vain: drop until there is room again
  std::uint64_t head_ = 0;
  std::uint64_t tail_seen_ = 0;
  std::uint64_t last_stamp_ = 0;
};

}  // namespace heaptally::preload
