// The only place that talks to libunwind: libunwind.cpp loads it, libunwind_rule.cpp derives rules,
// libunwind_walk.cpp walks stacks, libunwind_gate.cpp keeps forks apart from both.
//
// libunwind is the source of truth for how to step; it is asked through its remote
// interface (libunwind-x86_64.so), with accessors of ours: so it never takes the loader's
// locks, never shares state with a libunwind that the program itself uses, and reads no
// address that we have not checked. It is loaded with dlopen(RTLD_LOCAL): nothing of it is
// exported into the program.
#pragma once

#include <cstdint>

#include "preload/arch.h"
#include "preload/rules.h"
#include "preload/stack_bounds.h"
#include "wire/layout.h"

namespace heaptally::preload {

// libunwind wants up to 6.5 KB of stack, more than a small thread has left.
inline constexpr std::size_t kUnwindStackBytes = 64 * 1024;

// Loads libunwind; once, in the constructor. False if it is not there.
bool load_libunwind();
// After that: makes libunwind set itself up, which it would else do at its first use, in a hook.
bool set_up_libunwind();

// Derives the rule for `pc`: with `exact`, for that instruction, otherwise for the call
// before it. Reads no stack: libunwind makes one step from synthetic registers, and what
// it made of them is the rule. Wants kUnwindStackBytes of stack.
Rule derive_rule(std::uint64_t pc, bool exact);

// Whether libunwind may be called: not under a system call filter, and not in a child that was
// forked while another thread was inside it, for that thread's lock is never given back.
bool may_call_libunwind();
// In a forked child, before anything else.
void note_fork_in_libunwind();
// Before a fork: waits, at most some 20 ms, until no thread is inside, and keeps others out until
// the parent lets them in again.
void keep_out_of_libunwind();
void let_into_libunwind();

// One step that no rule describes: `at` is a frame outward of `start`, and becomes its caller.
// libunwind walks there with its own steps from `from`, which lies inside the shim.
enum class LibunwindStep { kStepped, kOutermost, kFailed };
LibunwindStep step_with_libunwind(const FullRegisters& from, const Registers& start, Registers& at,
                                  void* stack_top);

// A stack as libunwind itself steps through it.
struct LibunwindStack {
  wire::FrameKey* frames;  // innermost first; room for `max`
  std::uint32_t max;
  std::uint32_t count = 0;
  std::uint32_t certain = 0;  // from frames[certain] on it guessed for want of information
  bool is_cut = false;        // there were more
};

// Walks from `from`, which lies inside the shim, and keeps the frames from `start` on.
void walk_with_libunwind(const FullRegisters& from, const Registers& start, LibunwindStack& stack,
                         void* stack_top);

}  // namespace heaptally::preload
