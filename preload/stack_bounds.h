// StackBounds: which memory above a stack pointer may be read.
#pragma once

#include <cstdint>

#include "preload/loader.h"
#include "preload/system.h"

namespace heaptally::preload {

// Wrong call-frame information must not make the shim read what is not there. A thread's
// frames lie between its stack pointer and the end of its stack: for the first thread where
// the kernel put it, for others below the thread control block, which glibc places at the
// end. On a stack of the program's own (a fiber's, sigaltstack's) nothing is known; there a
// frame is held to a plausible size.
class StackBounds {
 public:
  explicit StackBounds(std::uint64_t sp) { enter(sp); }

  // Another stack: the one that a signal interrupted.
  void enter(std::uint64_t sp) {
    low_ = sp;
    const std::uint64_t tcb = thread_control_block();
    const auto first_end = g_loader.first_stack_end + kAboveStackEnd;
    high_ = sp + kPlausible;
    if (tcb - sp < kLargestStack) high_ = tcb;
    if (first_end - sp < kLargestStack) high_ = first_end;
  }

  bool contains(std::uint64_t address) const {
    return address >= low_ && address - low_ <= high_ - low_ - sizeof(std::uint64_t) &&
           high_ - low_ >= sizeof(std::uint64_t);
  }

  // Whether `cfa` can be the canonical frame address of a frame at `sp`, and the words right
  // below it can be read.
  bool can_be_frame(std::uint64_t sp, std::uint64_t cfa) const {
    return cfa > sp && cfa >= low_ + 16 && cfa <= high_;
  }

 private:
  static constexpr std::uint64_t kLargestStack = std::uint64_t{1} << 33;
  static constexpr std::uint64_t kPlausible = std::uint64_t{1} << 28;
  // _start's own frame ends where argc, the arguments and the environment begin.
  static constexpr std::uint64_t kAboveStackEnd = 64;

  std::uint64_t low_;
  std::uint64_t high_;
};

}  // namespace heaptally::preload
