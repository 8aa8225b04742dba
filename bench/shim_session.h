// ShimSession: the shim's parts, connected to a memory of this process's own.
#pragma once

#include "core/collect/session_page.h"
#include "core/collect/shared_memory.h"
#include "core/collect/tick_clock.h"
#include "preload/channel.h"

namespace heaptally {

// Purpose: does what the shim's constructor does, without its hooks; and what the collector does,
//   without looking at the events. So this process plays both, and nothing is recorded.
// Threads: the one that made it, and there must be no other: the shim stamps otherwise then.
// Errors: Error from the constructor.
class ShimSession {
 public:
  static ShimSession& instance();

  const char* clock_name() const { return clock_.name(); }
  SharedMemory& memory() { return memory_; }
  // The calling thread's.
  preload::Channel& channel() { return *channel_; }
  // For all stamps from here on: whether they are ordered, as in a program with threads.
  void order_stamps(bool is_ordered) { is_single_threaded_ = !is_ordered; }

  // To be called after each event: room for more.
  void count_event() {
    if (++events_ % kEventsAtOnce == 0) [[unlikely]]
      drain();
  }
  void drain();

 private:
  ShimSession();
  void connect();

  static constexpr std::uint64_t kEventsAtOnce = wire::kRingSlots / 4;

  TickClock clock_;
  SharedMemory memory_;
  SessionPage page_;
  preload::Channel* channel_ = nullptr;
  std::uint64_t events_ = 0;
  bool is_single_threaded_ = true;
};

}  // namespace heaptally
