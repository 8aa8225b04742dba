#include "preload/unwinder.h"

#include <new>

#include "preload/errno_keeper.h"
#include "preload/libunwind.h"
#include "preload/session.h"
#include "preload/trace_table.h"

namespace heaptally::preload {
namespace {

wire::FrameKey key_of(const FrameState& state, const Rule& rule) {
  return wire::frame_key(
      state.pc(), rule.module,
      state.is_exact() ? wire::FrameKind::kExact : wire::FrameKind::kReturnAddress);
}

std::uint64_t offset_by(std::uint64_t address, std::int32_t offset) {
  return address + static_cast<std::uint64_t>(std::int64_t{offset});
}

// Code without call-frame information is taken to keep a frame pointer chain.
bool step_by_frame_chain(FrameState& at, StackBounds& bounds) {
  bounds.note_guess();
  if (at.fp < at.sp || at.fp % sizeof(std::uint64_t) != 0) return false;
  if (!bounds.readable(at.fp) || !bounds.readable(at.fp + 8)) return false;
  at = {code_key(word_at(at.fp + 8), false), at.fp + 16, word_at(at.fp)};
  return true;
}

// Most steps: the CFA comes from a register, and all that is read lies where it is expected.
// Free of branches on the rule, for no processor foresees them. False: step_by_cfa has to look.
inline bool step_in_order(const Rule& rule, FrameState& at, const StackBounds& bounds) {
  if (rule.kind > RuleKind::kFramePointer) return false;
  const std::uint64_t base = rule.kind == RuleKind::kStackPointer ? at.sp : at.fp;
  const std::uint64_t cfa = offset_by(base, rule.cfa_offset);
  const std::uint64_t return_place = cfa + static_cast<std::uint64_t>(kReturnAddressSlot);
  const bool keeps_fp = rule.frame_pointer == FramePointerRule::kUnchanged;
  const std::uint64_t fp_base = rule.frame_pointer == FramePointerRule::kAtCfa ? cfa : at.fp;
  const std::uint64_t fp_place = keeps_fp ? return_place : offset_by(fp_base, rule.fp_offset);
  const bool is_in_order = static_cast<int>(cfa > at.sp) &
                           static_cast<int>(bounds.is_in_order(return_place)) &
                           static_cast<int>(bounds.is_in_order(fp_place));
  if (!is_in_order) [[unlikely]]
    return false;
  const std::uint64_t fp = word_at(fp_place);
  at = {code_key(word_at(return_place), false), cfa, keeps_fp ? at.fp : fp};
  return true;
}

// One step outward by a rule that computes a CFA. False: the stack cannot be read there.
bool step_by_cfa(const Rule& rule, FrameState& at, StackBounds& bounds) {
  std::uint64_t base = rule.kind == RuleKind::kStackPointer ? at.sp : at.fp;
  if (rule.kind == RuleKind::kDereference) {
    const std::uint64_t place = offset_by(at.fp, rule.base_offset);
    if (!bounds.readable(place)) return false;
    base = word_at(place);
  }
  const std::uint64_t cfa = offset_by(base, rule.cfa_offset);
  if (!bounds.can_be_frame(at.sp, cfa)) {
    // Code that switches stacks keeps its way back in the frame pointer.
    if (rule.kind == RuleKind::kStackPointer || !bounds.follow_switch(cfa)) return false;
  }
  if (rule.frame_pointer != FramePointerRule::kUnchanged) {
    const std::uint64_t from = rule.frame_pointer == FramePointerRule::kAtCfa ? cfa : at.fp;
    const std::uint64_t place = offset_by(from, rule.fp_offset);
    if (!bounds.readable(place)) return false;
    at.fp = word_at(place);
  }
  at.code = code_key(word_at(cfa + static_cast<std::uint64_t>(kReturnAddressSlot)), false);
  at.sp = cfa;
  return true;
}

bool step_by_signal_return(FrameState& at, StackBounds& bounds) {
  if (!bounds.readable(at.sp) || !bounds.readable(at.sp + kInterruptedBytes)) return false;
  const Registers interrupted = interrupted_by_signal(at.sp);
  at = {code_key(interrupted.pc, true), interrupted.sp, interrupted.fp};
  bounds.enter_interrupted(at.sp);
  return true;
}

}  // namespace

struct Unwinder::Walk {
  FrameState at;
  StackBounds bounds;
  FreshFrame* fresh;  // what was walked, innermost first; not the frame that was met
  std::uint32_t count = 0;
  // The cached frame that is to be met next, and the outermost one of those that may be met
  // before the walk comes to another stack.
  CachedStack& stack;
  std::int32_t meeting;
  std::int32_t limit;
  std::int32_t beyond;      // the first one that may be met on that other stack
  bool has_caller = false;  // the outermost frame that was walked: no frame, but a step was made

  Walk(const Registers& start, KnownStack& known, FreshFrame* frames, CachedStack& cached)
      : at{code_key(start.pc, false), start.sp, start.fp},
        bounds(start.sp, known),
        fresh(frames),
        stack(cached),
        meeting(cached.count() - 1),
        limit(cached.next_switch(meeting)),
        beyond(limit) {}

  // The walk has come to another stack.
  void enter_stack() {
    meeting = beyond;
    beyond = limit = stack.next_switch(meeting - 1);
  }

  // Nothing inward of the frame is to be met.
  void meet_beyond(std::int32_t frame) {
    meeting = frame - 1 > limit ? frame - 1 : limit;
    if (frame - 1 < beyond) beyond = frame - 1;
  }
};

std::size_t Unwinder::buffer_bytes(std::uint32_t max_depth) {
  return kUnwindStackBytes + RuleMemo::kBufferBytes + TraceMemo::kBufferBytes +
         PathMemo::kBufferBytes + CachedStack::buffer_bytes(max_depth) + sizeof(Walk) +
         max_depth * sizeof(FreshFrame);
}

void Unwinder::set_up(char* buffers, std::uint32_t max_depth, bool keeps_several) {
  max_depth_ = max_depth;
  keeps_several_ = keeps_several;
  spare_node_ = 0;
  private_stack_top_ = buffers += kUnwindStackBytes;
  rules_.set_up(buffers, private_stack_top_);
  traces_.set_up(buffers += RuleMemo::kBufferBytes);
  paths_.set_up(buffers += TraceMemo::kBufferBytes);
  stacks_[0].set_up(buffers += PathMemo::kBufferBytes, max_depth);
  walk_ = buffers += CachedStack::buffer_bytes(max_depth);
  fresh_ = reinterpret_cast<FreshFrame*>(buffers + sizeof(Walk));
}

void Unwinder::forget_stacks() {
  for (CachedStack& stack : stacks_) stack.clear();
  paths_.forget_all();
  known_stack_.forget();
}

CachedStack& Unwinder::stack_near(std::uint64_t sp) {
  const std::uint64_t latest = stacks_[latest_].innermost_sp();
  if (sp - latest + kNear < 2 * kNear) [[likely]]
    return stacks_[latest_];
  for (std::uint32_t i = 0; i < kStacks; ++i) {
    const std::uint64_t other = stacks_[i].innermost_sp();
    if (sp - other + kNear >= 2 * kNear) continue;
    latest_ = i;
    return stacks_[i];
  }
  return another_stack();
}

// An empty one, or the one that was given away least recently.
CachedStack& Unwinder::another_stack() {
  for (std::uint32_t i = 0; i < kStacks; ++i) {
    if (!stacks_[i].is_set_up() || stacks_[i].count() != 0) continue;
    return stacks_[latest_ = i];
  }
  if (!keeps_several_) return stacks_[0];
  replaced_ = (replaced_ + 1) % kStacks;
  CachedStack& stack = stacks_[replaced_];
  if (!stack.is_set_up()) {
    void* buffer = map_private(CachedStack::buffer_bytes(max_depth_));
    if (buffer == nullptr) return stacks_[latest_];
    stack.set_up(static_cast<char*>(buffer), max_depth_);
  }
  latest_ = replaced_;
  return stack;
}

inline wire::TraceIndex Unwinder::intern(wire::TraceIndex parent, wire::FrameKey key) {
  return traces_.intern(parent, key, spare_node_);
}

// Whether the walk has come, at `at`, to a frame from which all is as it was.
inline bool Unwinder::meets(Walk& walk, const FrameState& at) {
  const CachedStack& stack = walk.stack;
  std::int32_t meeting = walk.meeting;
  while (meeting > walk.limit && stack.sp_of(meeting) < at.sp) --meeting;
  walk.meeting = meeting;
  if (meeting == walk.limit || !stack.matches(meeting, at)) return false;
  if (walk.count + static_cast<std::uint32_t>(meeting) + 1 > max_depth_) return false;
  const std::int32_t changed = stack.first_changed(meeting, walk.bounds);
  if (changed == CachedStack::kNone) return true;
  // Where fp was not live it may be so for the frames that are there now, so the frames up to
  // the change are walked anew.
  walk.meet_beyond(changed);
  return false;
}

Unwinder::Progress Unwinder::step_by_rule(Walk& walk, const Rule& rule) {
  bool stepped = false;
  switch (rule.kind) {
    case RuleKind::kStackPointer:
    case RuleKind::kFramePointer:
    case RuleKind::kDereference:
      stepped = step_by_cfa(rule, walk.at, walk.bounds);
      break;
    case RuleKind::kSignalReturn:
      stepped = step_by_signal_return(walk.at, walk.bounds);
      break;
    case RuleKind::kFrameChain:
      if (walk.at.fp == 0) return Progress::kOutermost;
      stepped = step_by_frame_chain(walk.at, walk.bounds);
      break;
    case RuleKind::kOutermost:
      return Progress::kOutermost;
    case RuleKind::kUnsupported:
      return Progress::kUnsupported;
  }
  return stepped ? Progress::kStepped : Progress::kBroken;
}

Unwinder::Progress Unwinder::walk_by_rules(Walk& walk) {
  FrameState at = walk.at;  // lives in registers
  Progress progress = Progress::kStepped;
  while (at.pc() != 0) {
    if (meets(walk, at)) {
      progress = Progress::kMet;
      break;
    }
    if (walk.count == max_depth_) {
      progress = Progress::kCut;
      break;
    }
    const Rule rule = rules_.rule_for(at.code);
    FreshFrame& fresh = walk.fresh[walk.count++];
    fresh.state = at;
    fresh.rule = rule;
    fresh.is_distrusted = false;
    if (step_in_order(rule, at, walk.bounds)) [[likely]]
      continue;
    walk.at = at;
    progress = step_by_rule(walk, rule);
    at = walk.at;
    fresh.is_distrusted = !walk.bounds.is_trusted();
    if (progress != Progress::kStepped) break;
    if (at.sp < fresh.state.sp) [[unlikely]]
      walk.enter_stack();
  }
  walk.at = at;
  if (progress != Progress::kStepped) return progress;
  walk.has_caller = walk.count != 0;
  return Progress::kOutermost;
}

// Past a frame that has no rule: libunwind walks there from here, with all registers.
Unwinder::Progress Unwinder::step_by_libunwind(Walk& walk, const Registers& start) {
  if (!may_call_libunwind()) return Progress::kBroken;
  const ErrnoKeeper keeper;
  FullRegisters here;
  heaptally_capture_registers(&here);
  Registers caller = {walk.at.pc(), walk.at.sp, walk.at.fp};
  switch (step_with_libunwind(here, start, caller, private_stack_top_)) {
    case LibunwindStep::kStepped:
      break;
    case LibunwindStep::kOutermost:
      return Progress::kOutermost;
    case LibunwindStep::kFailed:
      return Progress::kBroken;
  }
  const std::uint64_t from = walk.at.sp;
  walk.at = {code_key(caller.pc, false), caller.sp, caller.fp};
  walk.bounds.enter_interrupted(caller.sp);
  if (caller.sp < from) walk.enter_stack();
  return Progress::kStepped;
}

// Interns what was walked, and keeps it for the next capture, as far as it can be proved then.
wire::TraceIndex Unwinder::remember(const Walk& walk, Progress end) {
  const bool met = end == Progress::kMet;
  const std::int32_t kept = met ? walk.meeting + 1 : 0;
  wire::TraceIndex trace = kept == 0 ? 0 : walk.stack.trace_of(walk.meeting);
  if (walk.count == 0) return trace;
  CachedStack::Change change(walk.stack, kept);
  if (end == Progress::kCut) {
    trace = intern(0, wire::frame_key(0, 0, wire::FrameKind::kCut));
    g_session.counters().cut_stacks.fetch_add(1, std::memory_order_relaxed);
  }
  // Of a stack that was cut the frames that are left would be others, were it deeper by one.
  bool keeps = end != Progress::kCut;
  if (!met) walk.stack.set_broken(end == Progress::kBroken);
  const FrameState* caller = met || walk.has_caller ? &walk.at : nullptr;
  for (std::uint32_t i = walk.count; i-- > 0;) {
    const FreshFrame& fresh = walk.fresh[i];
    trace = intern(trace, key_of(fresh.state, fresh.rule));
    const bool is_read_in_part = caller == nullptr && fresh.rule.kind == RuleKind::kDereference;
    if (fresh.rule.kind == RuleKind::kUnsupported || is_read_in_part) keeps = false;
    if (keeps) keeps = change.add(fresh, caller, trace);
    caller = &fresh.state;
  }
  change.publish();
  if (met && keeps) paths_.remember(walk.stack, walk.meeting);
  return trace;
}

wire::TraceIndex Unwinder::capture_changed(const Registers& start) {
  if (rules_.forget_unloaded()) [[unlikely]]
    forget_stacks();
  Walk& walk = *new (walk_) Walk(start, known_stack_, fresh_, stack_near(start.sp));
  Progress end = walk_by_rules(walk);
  bool fell_back = false;
  while (end == Progress::kUnsupported) {
    if (!fell_back) {
      const auto cause = static_cast<std::size_t>(walk.fresh[walk.count - 1].rule.cfa_offset);
      g_session.counters().fallback_stacks[cause].fetch_add(1, std::memory_order_relaxed);
      fell_back = true;
    }
    end = step_by_libunwind(walk, start);
    if (end == Progress::kStepped) end = walk_by_rules(walk);
  }
  const wire::TraceIndex trace = remember(walk, end);
  if (end == Progress::kBroken || (end == Progress::kMet && walk.stack.is_broken())) [[unlikely]]
    g_session.counters().broken_stacks.fetch_add(1, std::memory_order_relaxed);
  return trace;
}

wire::TraceIndex Unwinder::capture_caller_only(std::uint64_t pc) {
  const FrameState state = {code_key(pc, false), 0, 0};
  return intern(0, key_of(state, rules_.rule_for(state.code)));
}

wire::TraceIndex Unwinder::trace_of(const LibunwindStack& stack) {
  wire::TraceIndex trace = 0;
  for (std::uint32_t i = stack.count; i-- > 0;) trace = intern(trace, stack.frames[i]);
  return trace;
}

}  // namespace heaptally::preload
