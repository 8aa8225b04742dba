#include "preload/thread.h"

#include <signal.h>

#include <cstring>

#include "preload/errno_keeper.h"
#include "preload/signal_block.h"

namespace heaptally::preload {

[[gnu::tls_model("initial-exec")]] constinit thread_local ThreadLocal t_thread = {};

namespace {

constexpr std::uint32_t kNestedDepth = 1024;  // frames of a stack in the nested channel

// Lane i's record, once it is mapped.
std::atomic<ThreadRecord*> g_records[wire::kMaxLanes];

bool try_to_own(wire::Lane& lane, std::uint32_t tid) {
  const std::uint64_t self = wire::lane_owner(g_session.process(), tid);
  std::uint64_t owner = lane.owner.load(std::memory_order_acquire);
  const bool is_own = wire::owning_process(owner) == g_session.process();
  const bool is_free =
      owner == 0 || owner == self || (is_own && thread_is_dead(wire::owning_thread(owner)));
  return is_free && lane.owner.compare_exchange_strong(owner, self, std::memory_order_acq_rel);
}

// A lane whose thread has ended, or a new one; kMaxLanes if there is none.
std::uint32_t claim_lane(std::uint32_t tid) {
  auto& header = g_session.header();
  const std::uint32_t used = header.lanes.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < used && i < wire::kMaxLanes; ++i) {
    wire::Lane* lane = g_session.lanes().at(i);
    if (lane != nullptr && try_to_own(*lane, tid)) return i;
  }
  const std::uint32_t fresh = header.lanes.fetch_add(1, std::memory_order_acq_rel);
  if (fresh >= wire::kMaxLanes) return wire::kMaxLanes;
  wire::Lane* lane = g_session.lanes().at(fresh);
  if (lane == nullptr) return wire::kMaxLanes;
  // A thread that scans the lanes may have been faster: then the next one.
  return try_to_own(*lane, tid) ? fresh : claim_lane(tid);
}

ThreadRecord* make_record(std::uint32_t max_depth) {
  const std::size_t head = (sizeof(ThreadRecord) + 63) / 64 * 64;
  const std::size_t main = Channel::buffer_bytes(max_depth);
  const std::size_t bytes = head + main + Channel::buffer_bytes(kNestedDepth);
  char* memory = static_cast<char*>(map_private(bytes));
  if (memory == nullptr) return nullptr;
  auto* record = reinterpret_cast<ThreadRecord*>(memory);
  record->bytes = bytes;
  record->forks = g_session.forks();
  record->main.set_up(memory + head, max_depth, true);
  record->nested.set_up(memory + head + main, kNestedDepth, false);
  return record;
}

// The first event of a thread in its ring: who it is.
void announce(RingWriter& ring, std::uint32_t tid) {
  if (!ring.reserve(1)) return;
  char name[16] = {};
  raw_syscall(SYS_prctl, 16 /* PR_GET_NAME */, reinterpret_cast<long>(name));
  std::uint64_t halves[2];
  std::memcpy(halves, name, sizeof(halves));
  ring.open();
  ring.put(0, wire::EventKind::kThreadBegin, ring.stamp(), halves[0], halves[1], tid,
           static_cast<std::uint16_t>(g_session.process()));
  ring.commit(1);
}

ThreadRecord* make_attached_record() {
  if (!may_call_system()) return nullptr;
  const ErrnoKeeper keeper;
  const std::uint32_t tid = current_tid();
  const std::uint32_t index = claim_lane(tid);
  wire::Lane* lane = index == wire::kMaxLanes ? nullptr : g_session.lanes().at(index);
  LaneBuffers* buffers = lane == nullptr ? nullptr : g_session.buffers().at(index);
  if (buffers == nullptr) return nullptr;
  ThreadRecord* record = g_records[index].load(std::memory_order_acquire);
  if (record == nullptr) record = make_record(g_session.max_depth());
  if (record == nullptr) return nullptr;
  record->lane = lane;
  if (record->forks != g_session.forks()) {
    record->forks = g_session.forks();
    record->main.begin_process();
    record->nested.begin_process();
  }
  record->main.begin_thread();
  record->nested.begin_thread();
  g_records[index].store(record, std::memory_order_release);
  record->main.ring().attach(&lane->main, buffers->main, wire::kRingSlots);
  record->nested.ring().attach(&lane->nested, buffers->nested, wire::kNestedRingSlots);
  g_session.note_thread();
  announce(record->main.ring(), tid);
  return record;
}

// Handlers wait: what they allocate would find the thread without its channels, and be lost.
void attach_thread(ThreadLocal& self) {
  const SignalBlock block;
  // One that came first may have done it.
  if (self.record == nullptr) self.record = make_attached_record();
  self.has_no_lane = self.record == nullptr;
}

// A vfork child runs on its parent's thread-local storage. A lane claimed in the child's name
// would pass for that of a dead thread as soon as the parent goes on with it.
bool is_vfork_child() { return may_call_system() && current_pid() != g_session.pid(); }

bool on_signal_stack() {
  stack_t stack = {};
  raw_syscall(SYS_sigaltstack, 0, reinterpret_cast<long>(&stack));
  return (stack.ss_flags & SS_ONSTACK) != 0;
}

// Whether `hook` was left by longjmp, seen from a later hook at `frame`. A stack grows downward:
// one that runs at or above it on the same stack cannot have been called from within it; and
// where its return address is gone, so is its frame.
bool was_abandoned(const ThreadLocal::Hook& hook, const void* frame) {
  // A handler that interrupted a look-up on the channel's private stack runs on that.
  if (t_thread.record != nullptr && t_thread.record->contains(frame)) return false;
  if (!may_call_system()) return false;
  if (frame >= hook.frame) return !on_signal_stack();
  // Its whole stack may be gone.
  const auto there = reinterpret_cast<std::uintptr_t>(hook.frame) + sizeof(void*);
  const bool is_near = there / wire::kPage == reinterpret_cast<std::uintptr_t>(frame) / wire::kPage;
  if (!is_near && !is_readable_memory(there)) return true;
  return hook_at(hook.frame).caller != hook.caller;
}

}  // namespace

// What the forking thread's hooks were in the midst of, if it forked in a signal handler, comes
// to nothing.
void forget_threads_of_parent() {
  ThreadLocal& self = t_thread;
  if (self.record != nullptr) {
    self.record->main.ring().detach();
    self.record->nested.ring().detach();
  }
  self.record = nullptr;
  self.has_no_lane = false;
}

bool is_called_by(ThreadLocal::Hook& in_real, const void* hook_frame) {
  if (was_abandoned(in_real, hook_frame)) {
    in_real = {};
    return false;
  }
  return true;
}

bool is_inner_call(ThreadLocal::Hook& in_real, const void* hook_frame) {
  if (!is_called_by(in_real, hook_frame)) return false;
  g_session.counters().inner_events.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void HookGuard::enter_slowly(const void* hook_frame) {
  ThreadLocal& self = t_thread;
  if (self.depth != 0 && was_abandoned(self.recording, hook_frame)) self.depth = 0;
  if (self.depth == 0 && self.record == nullptr && !self.has_no_lane && !is_vfork_child()) {
    attach_thread(self);
  }
  interrupted_ = self.recording;
  self.recording = hook_at(hook_frame);
  const std::uint32_t depth = self.depth++;
  asm volatile("" ::: "memory");
  if (self.record != nullptr && depth < 2) {
    channel_ = depth == 0 ? &self.record->main : &self.record->nested;
  } else {
    g_session.counters().lost_events.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace heaptally::preload
