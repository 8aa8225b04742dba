// StackBounds: which memory above a stack pointer may be read. ReadablePages: which may at all.
// KnownStack: which is a thread's own stack for sure.
#pragma once

#include <cstdint>

#include "preload/loader.h"
#include "preload/system.h"
#include "wire/layout.h"

namespace heaptally::preload {

// Asks the kernel before a page is read, and remembers the last answer: for addresses of which
// nothing else is known. Made for one walk over a stack.
class ReadablePages {
 public:
  // Whether the word at `address` can be read.
  bool readable(std::uint64_t address) {
    return is_mapped(address) && is_mapped(address + sizeof(std::uint64_t) - 1);
  }

 private:
  bool is_mapped(std::uint64_t address) {
    const std::uint64_t page = address / wire::kPage;
    if (page == last_) return true;
    if (!is_readable_memory(page * wire::kPage)) return false;
    last_ = page;
    return true;
  }

  std::uint64_t last_ = ~std::uint64_t{0};  // the number of a page
};

// The pages that lie without a gap below the end of a thread's stack, as far as they were asked
// for: no others can be reached from there but over a guard page, and they stay as long as the
// thread. Each page costs a system call once.
class KnownStack {
 public:
  void forget() { end_ = 0; }

  // Whether the word at `address` lies on the stack that ends at `end`.
  bool covers(std::uint64_t address, std::uint64_t end) {
    if (end != end_) {
      end_ = end;
      low_ = (end - 1) / wire::kPage * wire::kPage;
      is_blocked_ = false;
    }
    for (int i = 0; address < low_ && !is_blocked_; ++i) {
      if (i == kMostPages) return false;
      is_blocked_ = !is_readable_memory(low_ - wire::kPage);
      if (!is_blocked_) low_ -= wire::kPage;
    }
    return address >= low_ && end_ - address >= sizeof(std::uint64_t);
  }

 private:
  static constexpr int kMostPages = 256;  // in one go

  std::uint64_t end_;  // 0: of no stack
  std::uint64_t low_;
  bool is_blocked_;
};

// Wrong call-frame information must not make the shim read what is not there. A thread's
// frames lie between its stack pointer and the end of its stack: for the first thread where
// the kernel put it, for others below the thread control block, which glibc places at the
// end. On a stack of the program's own (a fiber's, sigaltstack's) nothing is known; there a
// frame is held to a plausible size.
// Where a step was a guess, or nothing is known of the stack, the kernel is asked before a
// page is read: the words that lead on may be anything.
class StackBounds {
 public:
  StackBounds(std::uint64_t sp, KnownStack& known) : known_(known) { enter(sp); }

  // The stack that a signal interrupted. What a function has just popped may be all that is
  // left of its caller's registers: the kernel spares the red zone below the stack pointer.
  void enter_interrupted(std::uint64_t sp) {
    enter(sp);
    low_ -= kRedZone;
  }

  // Yet another stack: call-frame information says that the frame at `cfa`, outside of this one,
  // called what runs here. False if the way there was a guess.
  bool follow_switch(std::uint64_t cfa) {
    if (is_guess_) return false;
    enter(cfa - kSavedAtSwitch);
    distrust();
    return pages_.readable(cfa - sizeof(std::uint64_t));
  }

  // The step to here was a guess.
  void note_guess() {
    is_guess_ = true;
    distrust();
  }

  // Whether the word at `address` lies on the stack and can be read.
  bool readable(std::uint64_t address) {
    if (!contains(address)) return false;
    return is_trusted_ || is_known(address) || pages_.readable(address);
  }

  // Whether `readable` takes the stack itself for an answer, and does not ask further.
  bool is_trusted() const { return is_trusted_; }

  // Whether the word at `address` lies on the stack, and that is all that `readable` asks for.
  bool is_in_order(std::uint64_t address) const { return is_trusted_ && contains(address); }

  // Whether `cfa` can be the canonical frame address of a frame at `sp`, and the return address
  // right below it can be read. A frame that a signal interrupted may hold nothing else.
  bool can_be_frame(std::uint64_t sp, std::uint64_t cfa) {
    if (cfa <= sp || cfa < low_ + sizeof(std::uint64_t) || cfa > high_) return false;
    return is_trusted_ || readable(cfa - sizeof(std::uint64_t));
  }

 private:
  static constexpr std::uint64_t kLargestStack = std::uint64_t{1} << 33;
  static constexpr std::uint64_t kPlausible = std::uint64_t{1} << 28;
  // _start's own frame ends where argc, the arguments and the environment begin.
  static constexpr std::uint64_t kAboveStackEnd = 64;

  // The frame pointer and the return address.
  static constexpr std::uint64_t kSavedAtSwitch = 2 * sizeof(std::uint64_t);

  void enter(std::uint64_t sp) {
    low_ = sp;
    const std::uint64_t block = thread_control_block();
    const std::uint64_t first_end = g_loader.first_stack_end + kAboveStackEnd;
    is_own_ = true;
    if (block - sp < kLargestStack) {
      high_ = block;
    } else if (first_end - sp < kLargestStack) {
      high_ = first_end;
    } else {
      high_ = sp + kPlausible;
      is_own_ = false;
      distrust();
    }
  }

  // From here on `readable` asks the kernel.
  void distrust() { is_trusted_ = false; }

  bool is_known(std::uint64_t address) { return is_own_ && known_.covers(address, high_); }

  bool contains(std::uint64_t address) const {
    return address >= low_ && high_ - low_ >= sizeof(std::uint64_t) &&
           address - low_ <= high_ - low_ - sizeof(std::uint64_t);
  }

  std::uint64_t low_;
  std::uint64_t high_;
  KnownStack& known_;
  ReadablePages pages_;
  bool is_own_ = true;  // as far as addresses tell: a fiber's may lie between stacks of threads
  bool is_trusted_ = true;
  bool is_guess_ = false;
};

}  // namespace heaptally::preload
