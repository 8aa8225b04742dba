// The only place that talks to libunwind.
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

// Walks with libunwind's own steps from `from`, which lies inside the shim, and writes the
// frames from `start` on, innermost first. Returns how many, at most `max`; `cut` tells that
// there were more; from frames[certain] on, libunwind guessed for want of call-frame information.
std::uint32_t walk_with_libunwind(const FullRegisters& from, const Registers& start,
                                  wire::FrameKey* frames, std::uint32_t max, bool& cut,
                                  std::uint32_t& certain, void* stack_top);

}  // namespace heaptally::preload
