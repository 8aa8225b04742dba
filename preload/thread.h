// The calling thread's state, and the guard that every hook works under.
#pragma once

#include <cstdint>

#include "preload/channel.h"

namespace heaptally::preload {

// The thread's two channels. Mapped once for each lane; the next thread that takes over the
// lane finds it as its former owner left it.
struct ThreadRecord {
  Channel main;
  Channel nested;
  wire::Lane* lane;
  std::size_t bytes;    // of the mapping that begins here and holds the channels' buffers
  std::uint32_t forks;  // Session::forks() of the process that uses it

  // Whether an address lies on a private stack of the channels, or elsewhere in their buffers.
  bool contains(const void* address) const {
    return reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(this) <
           bytes;
  }
};

// All that the shim keeps in static TLS, which comes out of every thread's stack. Plain
// data without destructors: it works before the thread's constructors and after its
// destructors alike.
struct ThreadLocal {
  ThreadRecord* record;  // null until the thread's first event
  // Hooks are known by their frames, and by the return address that lies there.
  struct Hook {
    const void* frame;  // null: none
    const void* caller;
  };
  Hook recording;       // the hook that records
  Hook in_real;         // the hook that is in the real allocator
  std::uint32_t depth;  // hooks that record, interrupted ones included
  bool has_no_lane;     // there was none to be had
};
static_assert(sizeof(ThreadLocal) <= 64);

[[gnu::tls_model("initial-exec")]] extern constinit thread_local ThreadLocal t_thread;

inline ThreadLocal::Hook hook_at(const void* frame) {
  return {frame, static_cast<void* const*>(frame)[1]};
}

// Marks that the thread is in the real allocator. What that calls of the allocation family
// is its own affair (a calloc made of malloc would else be recorded twice).
class RealCall {
 public:
  explicit RealCall(const void* hook_frame) : outer_(t_thread.in_real) {
    t_thread.in_real = hook_at(hook_frame);
  }
  ~RealCall() { t_thread.in_real = outer_; }
  RealCall(const RealCall&) = delete;
  RealCall& operator=(const RealCall&) = delete;

 private:
  ThreadLocal::Hook outer_;
};

// In a forked child, which has a copy of the parent's memory: the parent's rings are not its own.
void forget_threads_of_parent();

bool is_called_by(ThreadLocal::Hook& in_real, const void* hook_frame);

// Whether a hook was called from inside the real allocator.
inline bool is_in_real_call(const void* hook_frame) {
  ThreadLocal& self = t_thread;
  return self.in_real.frame != nullptr && is_called_by(self.in_real, hook_frame);
}

// The same of a hook of the allocator; such calls are counted.
bool is_inner_call(ThreadLocal::Hook& in_real, const void* hook_frame);
inline bool is_inner_call(const void* hook_frame) {
  ThreadLocal& self = t_thread;
  if (self.in_real.frame == nullptr) [[likely]]
    return false;
  return is_inner_call(self.in_real, hook_frame);
}

// Purpose: lets a hook record, unless it must not.
//   Gives the main channel to a hook that interrupts nothing, the nested one to a hook that
//   runs in a signal handler which interrupted another hook of this thread, and none beyond.
// Errno is not its affair: what may change it keeps it (ErrnoKeeper). A hook that was abandoned
// by longjmp does not block those after it: it is known by its frame, which then lies below that
// of a later hook on the same stack.
class HookGuard {
 public:
  explicit HookGuard(const void* hook_frame) {
    ThreadLocal& self = t_thread;
    if (self.depth != 0 || self.record == nullptr) [[unlikely]] {
      enter_slowly(hook_frame);
      return;
    }
    // A handler may come before the depth tells of this hook, and leaves this as it finds it.
    interrupted_ = self.recording;
    self.recording = hook_at(hook_frame);
    self.depth = 1;
    asm volatile("" ::: "memory");
    channel_ = &self.record->main;
  }
  ~HookGuard() {
    ThreadLocal& self = t_thread;
    asm volatile("" ::: "memory");
    if (self.depth > 0) --self.depth;
    self.recording = interrupted_;
  }
  HookGuard(const HookGuard&) = delete;
  HookGuard& operator=(const HookGuard&) = delete;

  // Null: the event cannot be recorded (and has been counted as lost).
  Channel* channel() const { return channel_; }

 private:
  void enter_slowly(const void* hook_frame);

  Channel* channel_ = nullptr;
  ThreadLocal::Hook interrupted_;
};

}  // namespace heaptally::preload
