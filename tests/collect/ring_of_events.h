// A producer for tests: what the shim does, on memory that the collector made.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "core/collect/shared_memory.h"
#include "wire/layout.h"

namespace heaptally {

inline wire::Event make_event(wire::EventKind kind, std::uint64_t stamp, std::uint64_t address,
                              std::uint64_t size = 0, wire::TraceIndex trace = 0) {
  return {stamp, address, size, trace, kind, {}, 0};
}

class TestRing {
 public:
  TestRing(SharedMemory& memory, std::uint32_t lane, bool nested = false)
      : header_(nested ? memory.lane(lane).nested : memory.lane(lane).main),
        slots_(const_cast<wire::Event*>(memory.slots(lane)) + (nested ? wire::kRingSlots : 0)),
        mask_((nested ? wire::kNestedRingSlots : wire::kRingSlots) - 1) {
    auto& lanes = memory.header().lanes;
    if (lanes.load() <= lane) lanes.store(lane + 1, std::memory_order_release);
  }

  bool has_room() const { return head_ - header_.tail.load(std::memory_order_acquire) <= mask_; }
  void set_pending(std::uint64_t stamp) { header_.pending.store(stamp); }
  void put(const wire::Event& event) { slots_[head_ & mask_] = event; }
  void commit() {
    header_.head.store(++head_, std::memory_order_release);
    header_.pending.store(0, std::memory_order_release);
  }
  void send(const wire::Event& event) {
    put(event);
    commit();
  }
  wire::RingHeader& header() { return header_; }

 private:
  wire::RingHeader& header_;
  wire::Event* slots_;
  std::uint64_t mask_;
  std::uint64_t head_ = 0;
};

inline wire::Event thread_begin(std::uint64_t stamp, std::uint32_t tid, const std::string& name,
                                std::uint16_t process = 0) {
  wire::Event event = make_event(wire::EventKind::kThreadBegin, stamp, 0, 0, tid);
  event.process = process;
  char text[16] = {};
  std::memcpy(text, name.data(), std::min(name.size(), sizeof(text)));
  std::memcpy(&event.address, text, 8);
  std::memcpy(&event.size, text + 8, 8);
  return event;
}

// Writes a trace node as the shim would.
inline void write_node(SharedMemory& memory, wire::TraceIndex index, wire::FrameKey key,
                       wire::TraceIndex parent) {
  const std::uint64_t place = wire::kNodesOffset + index * sizeof(wire::TraceNode);
  wire::TraceNode node = {};
  node.key = key;
  node.parent = parent;
  const auto bytes = static_cast<ssize_t>(sizeof(node));
  if (pwrite(memory.fd(), &node, sizeof(node), static_cast<off_t>(place)) != bytes) std::abort();
}

}  // namespace heaptally
