#include "preload/channel.h"

#include <cstring>

#include "preload/modules.h"
#include "preload/stack_bounds.h"
#include "preload/trace_table.h"

namespace heaptally::preload {
namespace {

std::uint64_t word_at(std::uint64_t address) {
  std::uint64_t word;
  std::memcpy(&word, reinterpret_cast<const void*>(address), sizeof(word));
  return word;
}

wire::FrameKey key_for(std::uint64_t pc, const Rule& rule, bool exact) {
  return wire::frame_key(pc, rule.module,
                         exact ? wire::FrameKind::kExact : wire::FrameKind::kReturnAddress);
}

// Code without call-frame information is taken to keep a frame pointer chain.
bool step_by_frame_chain(Registers& at, StackBounds& bounds) {
  bounds.note_guess();
  if (at.fp < at.sp || at.fp % sizeof(std::uint64_t) != 0) return false;
  if (!bounds.readable(at.fp) || !bounds.readable(at.fp + 8)) return false;
  at = {word_at(at.fp + 8), at.fp + 16, word_at(at.fp)};
  return true;
}

// One step outward by a rule that computes a CFA. False: the stack cannot be read there.
bool step_by_cfa(const Rule& rule, Registers& at, StackBounds& bounds) {
  std::uint64_t base = rule.kind == RuleKind::kStackPointer ? at.sp : at.fp;
  if (rule.kind == RuleKind::kDereference) {
    const std::uint64_t place = at.fp + static_cast<std::int64_t>(rule.base_offset);
    if (!bounds.readable(place)) return false;
    base = word_at(place);
  }
  const std::uint64_t cfa = base + static_cast<std::int64_t>(rule.cfa_offset);
  if (!bounds.can_be_frame(at.sp, cfa)) {
    // Code that switches stacks keeps its way back in the frame pointer.
    if (rule.kind == RuleKind::kStackPointer || !bounds.follow_switch(cfa)) return false;
  }
  if (rule.frame_pointer != FramePointerRule::kUnchanged) {
    const std::uint64_t from = rule.frame_pointer == FramePointerRule::kAtCfa ? cfa : at.fp;
    const std::uint64_t place = from + static_cast<std::int64_t>(rule.fp_offset);
    if (!bounds.readable(place)) return false;
    at.fp = word_at(place);
  }
  at.pc = word_at(cfa + static_cast<std::uint64_t>(kReturnAddressSlot));
  at.sp = cfa;
  return true;
}

}  // namespace

std::size_t Channel::buffer_bytes(std::uint32_t max_depth) {
  // One frame more than the depth: the mark that a stack was cut.
  const std::size_t frames = max_depth + std::size_t{1};
  const std::size_t stacks = 2 * frames * (sizeof(wire::FrameKey) + sizeof(wire::TraceIndex));
  const std::size_t verify = g_session.verifies_stacks() ? frames * sizeof(wire::FrameKey) : 0;
  return (stacks + verify + 15) / 16 * 16 + kUnwindStackBytes +
         kMemoizedRules * sizeof(MemoizedRule);
}

void Channel::set_up(char* buffers, std::uint32_t max_depth) {
  max_depth_ = max_depth;
  spare_node_ = 0;
  const std::size_t frames = max_depth + std::size_t{1};
  memo_ = reinterpret_cast<MemoizedRule*>(buffers);
  memo_generation_ = 0;
  buffers += kMemoizedRules * sizeof(MemoizedRule);
  unwind_stack_top_ = buffers + kUnwindStackBytes;
  auto* keys = reinterpret_cast<wire::FrameKey*>(unwind_stack_top_);
  auto* traces = reinterpret_cast<wire::TraceIndex*>(keys + 2 * frames);
  stacks_[0] = {keys, traces, 0};
  stacks_[1] = {keys + frames, traces + frames, 0};
  last_ = 0;
  verify_frames_ = reinterpret_cast<wire::FrameKey*>(traces + 2 * frames);
}

void Channel::forget() {
  spare_node_ = 0;
  memo_generation_ = 0;
  stacks_[0].count = 0;
  stacks_[1].count = 0;
}

void Channel::look_rule_up(CodeKey key, MemoizedRule& memo) {
  const std::uint64_t pc = key >> 1;
  const bool is_known = g_rules.find(key, memo.rule);
  if (!is_known && !may_call_libunwind()) {
    memo.rule = Rule();
    return;
  }
  if (!is_known) memo.rule = derive_rule(pc, (key & 1) != 0);
  // Code in no module may be rewritten at any time: its rule is never kept.
  if (memo.rule.module == ModuleRegistry::kNone) return;
  if (!is_known) g_rules.insert(key, memo.rule);
  // Last: a signal handler may have left by longjmp before.
  asm volatile("" ::: "memory");
  memo.key = key;
}

// On the private stack: what is left of a signal handler's may be some hundred bytes.
const Rule& Channel::look_rule_up_on_private_stack(CodeKey key) {
  struct Call {
    CodeKey key;
    MemoizedRule& memo;
  } call = {key, memo_of(key)};
  call.memo.key = 0;
  heaptally_call_on_stack(
      unwind_stack_top_,
      [](void* argument) {
        const Call& self = *static_cast<const Call*>(argument);
        look_rule_up(self.key, self.memo);
      },
      &call);
  return call.memo.rule;
}

// Valid until the next call.
inline const Rule& Channel::rule_for(std::uint64_t pc, bool exact) {
  const CodeKey key = code_key(pc, exact);
  const MemoizedRule& memo = memo_of(key);
  if (memo.key == key) [[likely]]
    return memo.rule;
  return look_rule_up_on_private_stack(key);
}

void Channel::forget_rules_of_unloaded_modules() {
  const std::uint32_t generation = g_modules.generation();
  if (memo_generation_ == generation) [[likely]]
    return;
  memo_generation_ = generation;
  for (std::size_t i = 0; i < kMemoizedRules; ++i) memo_[i].key = 0;
}

Channel::End Channel::walk_by_rules(Registers at) {
  StackBounds bounds(at.sp);
  bool exact = false;
  CapturedStack& stack = current();
  stack.count = 0;
  while (at.pc != 0) {
    if (stack.count == max_depth_) return End::kCut;
    const Rule& rule = rule_for(at.pc, exact);
    stack.frames[stack.count++] = key_for(at.pc, rule, exact);
    exact = false;
    switch (rule.kind) {
      case RuleKind::kStackPointer:
      case RuleKind::kFramePointer:
      case RuleKind::kDereference:
        if (!step_by_cfa(rule, at, bounds)) return End::kBroken;
        break;
      case RuleKind::kSignalReturn:
        if (!bounds.readable(at.sp) || !bounds.readable(at.sp + kInterruptedBytes)) {
          return End::kBroken;
        }
        at = interrupted_by_signal(at.sp);
        bounds.enter_interrupted(at.sp);
        exact = true;
        break;
      case RuleKind::kFrameChain:
        if (at.fp == 0) return End::kOutermost;
        if (!step_by_frame_chain(at, bounds)) return End::kBroken;
        break;
      case RuleKind::kOutermost:
        return End::kOutermost;
      case RuleKind::kUnsupported:
        return End::kUnsupported;
    }
  }
  return End::kOutermost;
}

void Channel::walk_by_libunwind(const Registers& start) {
  FullRegisters here;
  heaptally_capture_registers(&here);
  bool cut = false;
  std::uint32_t certain = 0;
  CapturedStack& stack = current();
  stack.count =
      walk_with_libunwind(here, start, stack.frames, max_depth_, cut, certain, unwind_stack_top_);
  g_session.counters().fallback_stacks.fetch_add(1, std::memory_order_relaxed);
  if (cut) mark_cut();
}

void Channel::mark_cut() {
  CapturedStack& stack = current();
  stack.frames[stack.count++] = wire::frame_key(0, 0, wire::FrameKind::kCut);
  g_session.counters().cut_stacks.fetch_add(1, std::memory_order_relaxed);
}

void Channel::verify(const Registers& start) {
  FullRegisters here;
  heaptally_capture_registers(&here);
  bool cut = false;
  std::uint32_t certain = 0;
  const std::uint32_t count =
      walk_with_libunwind(here, start, verify_frames_, max_depth_, cut, certain, unwind_stack_top_);
  auto& counters = g_session.counters();
  counters.verified_stacks.fetch_add(1, std::memory_order_relaxed);
  const CapturedStack& stack = current();
  const std::uint32_t own = stack.count - static_cast<std::uint32_t>(cut);
  // Beyond a frame without call-frame information both guess, each in its way.
  const bool is_as_long = certain < count ? own >= certain : own == count;
  if (is_as_long && std::memcmp(verify_frames_, stack.frames, certain * 8ull) == 0) return;
  counters.wrong_stacks.fetch_add(1, std::memory_order_relaxed);
}

wire::TraceIndex Channel::intern_current() {
  const CapturedStack &now = current(), &last = previous();
  const std::uint32_t count = now.count, before = last.count;
  const std::uint32_t least = count < before ? count : before;
  std::uint32_t shared = 0;  // outermost frames in common with the stack before
  while (shared < least && now.frames[count - 1 - shared] == last.frames[before - 1 - shared]) {
    ++shared;
  }
  wire::TraceIndex trace = shared == 0 ? 0 : last.traces[before - shared];
  if (shared == count && shared == before) return trace;
  std::memcpy(now.traces + (count - shared), last.traces + (before - shared),
              shared * sizeof(wire::TraceIndex));
  for (std::uint32_t i = count - shared; i-- > 0;) {
    trace = intern(trace, now.frames[i], spare_node_);
    now.traces[i] = trace;
  }
  asm volatile("" ::: "memory");
  last_ = 1 - last_;
  return trace;
}

wire::TraceIndex Channel::capture(const Registers& start) {
  forget_rules_of_unloaded_modules();
  switch (walk_by_rules(start)) {
    case End::kOutermost:
      break;
    case End::kCut:
      mark_cut();
      break;
    case End::kBroken:
      g_session.counters().broken_stacks.fetch_add(1, std::memory_order_relaxed);
      break;
    case End::kUnsupported:
      if (may_call_libunwind()) {
        walk_by_libunwind(start);
      } else {
        g_session.counters().broken_stacks.fetch_add(1, std::memory_order_relaxed);
      }
      break;
  }
  if (g_session.verifies_stacks() && may_call_libunwind()) [[unlikely]]
    verify(start);
  return current().count == 0 ? 0 : intern_current();
}

wire::TraceIndex Channel::capture_caller_only(std::uint64_t pc) {
  current().frames[0] = key_for(pc, rule_for(pc, false), false);
  current().count = 1;
  return intern_current();
}

}  // namespace heaptally::preload
