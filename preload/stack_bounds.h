// StackBounds: which memory above a stack pointer may be read.
#pragma once

#include <cstdint>

#include "preload/loader.h"
#include "preload/system.h"
#include "wire/layout.h"

namespace heaptally::preload {

// Wrong call-frame information must not make the shim read what is not there. A thread's
// frames lie between its stack pointer and the end of its stack: for the first thread where
// the kernel put it, for others below the thread control block, which glibc places at the
// end. On a stack of the program's own (a fiber's, sigaltstack's) nothing is known; there a
// frame is held to a plausible size.
// Where a step was a guess, or nothing is known of the stack, the kernel is asked before a
// page is read: the words that lead on may be anything.
class StackBounds {
 public:
  explicit StackBounds(std::uint64_t sp) { enter(sp); }

  // Another stack: the one that a signal interrupted.
  void enter(std::uint64_t sp) {
    low_ = sp;
    const std::uint64_t block = thread_control_block();
    const std::uint64_t first_end = g_loader.first_stack_end + kAboveStackEnd;
    if (block - sp < kLargestStack) {
      high_ = block;
    } else if (first_end - sp < kLargestStack) {
      high_ = first_end;
    } else {
      high_ = sp + kPlausible;
      distrust();
    }
  }

  // From here on `readable` asks the kernel.
  void distrust() { is_trusted_ = false; }

  // Whether the word at `address` lies on the stack and can be read.
  bool readable(std::uint64_t address) {
    if (!contains(address)) return false;
    return is_trusted_ || (is_mapped(address) && is_mapped(address + sizeof(std::uint64_t) - 1));
  }

  // Whether `cfa` can be the canonical frame address of a frame at `sp`, and the words right
  // below it can be read.
  bool can_be_frame(std::uint64_t sp, std::uint64_t cfa) {
    if (cfa <= sp || cfa < low_ + 16 || cfa > high_) return false;
    return is_trusted_ || readable(cfa - sizeof(std::uint64_t));
  }

 private:
  static constexpr std::uint64_t kLargestStack = std::uint64_t{1} << 33;
  static constexpr std::uint64_t kPlausible = std::uint64_t{1} << 28;
  // _start's own frame ends where argc, the arguments and the environment begin.
  static constexpr std::uint64_t kAboveStackEnd = 64;

  bool contains(std::uint64_t address) const {
    return address >= low_ && high_ - low_ >= sizeof(std::uint64_t) &&
           address - low_ <= high_ - low_ - sizeof(std::uint64_t);
  }

  bool is_mapped(std::uint64_t address) {
    const std::uint64_t page = address / wire::kPage;
    if (page == mapped_page_) return true;
    if (!is_readable_memory(page * wire::kPage)) return false;
    mapped_page_ = page;
    return true;
  }

  std::uint64_t low_;
  std::uint64_t high_;
  std::uint64_t mapped_page_ = 0;  // the last one that the kernel was asked about
  bool is_trusted_ = true;
};

}  // namespace heaptally::preload
