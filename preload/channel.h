// Channel: what a thread needs to record one event at a time.
#pragma once

#include <cstdint>

#include "preload/arch.h"
#include "preload/libunwind.h"
#include "preload/ring_writer.h"
#include "wire/layout.h"

namespace heaptally::preload {

// One stack in two forms: its frames, innermost first, and for each the id of the trace
// that ends there.
struct CapturedStack {
  wire::FrameKey* frames;
  wire::TraceIndex* traces;
  std::uint32_t count;
};

// Purpose: captures stacks, and gives its ring. Each thread has two: one for its events, one
//   for those of signal handlers that interrupt a hook.
// Owner: a ThreadRecord; lives in private mapped memory that is zero at first.
// Threads: one at a time, never re-entered.
class Channel {
 public:
  // Bytes of the buffers that a channel works in, for stacks of `max_depth` frames.
  static std::size_t buffer_bytes(std::uint32_t max_depth);

  // `buffers`: buffer_bytes(max_depth) of zeroed memory.
  void set_up(char* buffers, std::uint32_t max_depth);

  // For a channel that was another process's: what may be half written, or reserved by that.
  void forget();

  // The trace of the stack from `start` outward. Remembers it: where the next stack shares
  // outer frames with it, those need not be looked up again.
  wire::TraceIndex capture(const Registers& start);

  // The trace whose only frame is a call before `pc`.
  wire::TraceIndex capture_caller_only(std::uint64_t pc);

  RingWriter& ring() { return ring_; }

 private:
  // How a walk over the stack ended.
  enum class End { kOutermost, kCut, kBroken, kUnsupported };

  End walk_by_rules(Registers registers);
  const Rule& rule_for(std::uint64_t pc, bool exact);
  void walk_by_libunwind(const Registers& start);
  void verify(const Registers& start);
  void mark_cut();
  CapturedStack& current() { return stacks_[1 - last_]; }
  const CapturedStack& previous() const { return stacks_[last_]; }
  wire::TraceIndex intern_current();

  // Rules that this thread used last, by a hash of their code key: saves most look-ups in the
  // table that all threads share.
  struct MemoizedRule {
    CodeKey key;  // 0: empty
    Rule rule;
  };
  static constexpr std::size_t kMemoizedRules = 512;
  static constexpr int kMemoBits = 9;
  static_assert(std::size_t{1} << kMemoBits == kMemoizedRules);

  MemoizedRule& memo_of(CodeKey key) { return memo_[key * 0x9e3779b97f4a7c15 >> (64 - kMemoBits)]; }
  static void look_rule_up(CodeKey key, MemoizedRule& memo);
  const Rule& look_rule_up_on_private_stack(CodeKey key);
  void forget_rules_of_unloaded_modules();

  RingWriter ring_;
  MemoizedRule* memo_;
  std::uint32_t memo_generation_;  // of the modules, when the memo was begun
  std::uint32_t max_depth_;
  wire::TraceIndex spare_node_;
  // Two by turns: the stack that was captured last, and the one that is being captured. One
  // store makes the latter the former, so a signal handler may leave by longjmp at any point.
  CapturedStack stacks_[2];
  std::uint32_t last_;
  wire::FrameKey* verify_frames_;
  char* unwind_stack_top_;
};

}  // namespace heaptally::preload
