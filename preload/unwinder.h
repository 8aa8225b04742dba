// Unwinder: from a place in the code to the id of its whole stack.
#pragma once

#include <cstddef>
#include <cstdint>

#include "preload/arch.h"
#include "preload/cached_stack.h"
#include "preload/libunwind.h"
#include "preload/path_memo.h"
#include "preload/rule_memo.h"
#include "preload/stack_bounds.h"
#include "preload/trace_memo.h"
#include "wire/layout.h"

namespace heaptally::preload {

// Purpose: captures stacks, as much as possible by proving that they are what they were
//   (docs/unwinding.md). Walks by rules from the innermost frame until it meets a frame of a
//   stack that was captured before in the same state, then compares the words outward of it.
//   Keeps several stacks, for fibers and alternate signal stacks.
// Owner: a Channel; lives in private mapped memory that is zero at first.
// Threads: one at a time, never re-entered. A signal handler may leave a capture by longjmp.
class Unwinder {
 public:
  // Bytes of the buffers that it works in, for stacks of `max_depth` frames.
  static std::size_t buffer_bytes(std::uint32_t max_depth);

  // `buffers`: buffer_bytes(max_depth) of zeroed memory. `keeps_several`: more than one stack.
  void set_up(char* buffers, std::uint32_t max_depth, bool keeps_several);

  // For another thread, or in a forked child: nothing that was captured counts.
  void forget_stacks();
  // In a forked child: a node that was reserved is the parent's.
  void forget_spare_node() { spare_node_ = 0; }

  // The trace of the stack from `start`, which is a caller of the calling function, outward.
  wire::TraceIndex capture(const Registers& start) {
    const FrameState state = {code_key(start.pc, false), start.sp, start.fp};
    if (!rules_.knows_unloaded()) [[likely]] {
      const CachedStack& stack = stacks_[latest_];
      wire::TraceIndex trace = stack.same_again(state);
      if (trace == 0) trace = paths_.find(state, stack);
      if (trace != 0) return trace;
    }
    return capture_changed(start);
  }

  // The trace whose only frame is a call before `pc`.
  wire::TraceIndex capture_caller_only(std::uint64_t pc);

  // The trace of a stack that libunwind walked.
  wire::TraceIndex trace_of(const LibunwindStack& stack);

  // kUnwindStackBytes of stack that are in use during captures only.
  void* private_stack_top() const { return private_stack_top_; }

 private:
  // How a walk over the stack went on, or ended.
  enum class Progress { kStepped, kMet, kOutermost, kCut, kBroken, kUnsupported };
  struct Walk;

  wire::TraceIndex capture_changed(const Registers& start);
  CachedStack& stack_near(std::uint64_t sp);
  CachedStack& another_stack();
  Progress walk_by_rules(Walk& walk);
  bool meets(Walk& walk, const FrameState& at);
  static Progress step_by_rule(Walk& walk, const Rule& rule);
  Progress step_by_libunwind(Walk& walk, const Registers& start);
  wire::TraceIndex remember(const Walk& walk, Progress end);
  wire::TraceIndex intern(wire::TraceIndex parent, wire::FrameKey key);

  static constexpr std::uint32_t kStacks = 6;
  // A stack whose innermost frame is so near to where one was captured is taken for the same.
  static constexpr std::uint64_t kNear = 64 * 1024;

  RuleMemo rules_;
  TraceMemo traces_;
  PathMemo paths_;
  KnownStack known_stack_;
  CachedStack stacks_[kStacks];  // set up when they are first wanted
  std::uint32_t latest_;         // of the stacks
  std::uint32_t replaced_;       // the one that was last given to another stack
  bool keeps_several_;
  std::uint32_t max_depth_;
  wire::TraceIndex spare_node_;
  FreshFrame* fresh_;
  void* walk_;  // room for one: what is left of a thread's stack may be some hundred bytes
  void* private_stack_top_;
};

}  // namespace heaptally::preload
