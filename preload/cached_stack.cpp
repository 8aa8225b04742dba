#include "preload/cached_stack.h"

#include <algorithm>

namespace heaptally::preload {
namespace {

// Where the step by `rule` from `state`, which led to `caller`, read the caller's fp.
std::uint64_t frame_pointer_place(const Rule& rule, const FrameState& state,
                                  const FrameState& caller) {
  if (rule.kind == RuleKind::kFrameChain) return state.fp;
  const std::uint64_t from = rule.frame_pointer == FramePointerRule::kAtCfa ? caller.sp : state.fp;
  return from + static_cast<std::uint64_t>(std::int64_t{rule.fp_offset});
}

bool uses_frame_pointer(const Rule& rule) {
  switch (rule.kind) {
    case RuleKind::kFramePointer:
    case RuleKind::kDereference:
    case RuleKind::kFrameChain:
      return true;
    case RuleKind::kStackPointer:
      return rule.frame_pointer == FramePointerRule::kAtFramePointer;
    default:
      return false;
  }
}

bool passes_frame_pointer_on(const Rule& rule) {
  const bool computes_cfa = rule.kind == RuleKind::kStackPointer ||
                            rule.kind == RuleKind::kFramePointer ||
                            rule.kind == RuleKind::kDereference;
  return computes_cfa && rule.frame_pointer == FramePointerRule::kUnchanged;
}

}  // namespace

// A frame that restores fp where it is live remembers two words, a realigned one three.
std::size_t CachedStack::buffer_bytes(std::uint32_t max_depth) {
  return max_depth * (sizeof(Frame) + 2 * sizeof(Word)) + kBlock * sizeof(Word);
}

void CachedStack::set_up(char* buffer, std::uint32_t max_depth) {
  frames_ = reinterpret_cast<Frame*>(buffer);
  words_ = reinterpret_cast<Word*>(frames_ + max_depth) + kBlock;
  for (int i = 1; i <= kBlock; ++i) {
    // Any word that stays as it is: its own value's.
    Word& padding = *(words_ - i);
    padding.address = reinterpret_cast<std::uint64_t>(&padding.value);
    padding.value = 0;
  }
  max_words_ = 2 * max_depth;
  clear();
}

void CachedStack::clear() {
  count_ = irregular_ = switched_ = 0;
  is_broken_ = false;
}

std::int32_t CachedStack::next_switch(std::int32_t index) const {
  if (switched_ == 0) [[likely]]
    return kNone;
  while (index >= 0 && !frames_[index].is_switched) --index;
  return std::max(index, kNone);
}

std::uint32_t CachedStack::count_unproved(std::int32_t index, StackBounds& bounds) const {
  const std::uint32_t irregular = std::min<std::uint32_t>(irregular_, frames_[index].words);
  std::uint32_t left = count_unequal(index, irregular);
  if (left > irregular) return left;
  for (; left > 0; --left) {
    const Word& word = words_[left - 1];
    if (!bounds.readable(word.address) || word.change() != 0) return left;
  }
  return 0;
}

std::int32_t CachedStack::frame_of_word(std::uint32_t word, std::int32_t innermost) const {
  const Frame *begin = frames_, *end = begin + innermost + 1;
  const Frame* found =
      std::partition_point(begin, end, [word](const Frame& frame) { return frame.words <= word; });
  return static_cast<std::int32_t>(found - begin);
}

// Those whose inner frame is not among the outermost `kept`.
void CachedStack::forget_switches(std::uint32_t kept) {
  for (std::uint32_t i = kept == 0 ? 0 : kept - 1; i < count_; ++i) {
    switched_ -= frames_[i].is_switched;
    frames_[i].is_switched = 0;
  }
}

CachedStack::Change::Change(CachedStack& stack, std::int32_t kept)
    : stack_(stack), count_(static_cast<std::uint32_t>(kept)), words_(0) {
  if (count_ > 0) words_ = stack.frames_[count_ - 1].words;
  if (stack.switched_ != 0) stack.forget_switches(count_);
  stack.count_ = count_;
  asm volatile("" ::: "memory");
  stack.irregular_ = std::min(stack.irregular_, words_);
}

void CachedStack::Change::remember(std::uint64_t address, std::uint64_t value, bool is_distrusted) {
  Word* words = stack_.words_;
  words[words_] = {address, value};
  const bool ascends = words_ == 0 || address < words[words_ - 1].address;
  ++words_;
  if (is_distrusted || !ascends) stack_.irregular_ = words_;
}

// The words that the step to `caller` read, the outermost one first.
void CachedStack::Change::remember_step(const FreshFrame& fresh, const FrameState& caller,
                                        bool caller_fp_is_live) {
  const Rule& rule = fresh.rule;
  const FrameState& state = fresh.state;
  const bool distrust = fresh.is_distrusted;
  if (rule.kind == RuleKind::kSignalReturn) {
    const Registers places = places_interrupted_by_signal(state.sp);
    remember(places.pc, caller.pc(), distrust);
    remember(places.sp, caller.sp, distrust);
    if (caller_fp_is_live) remember(places.fp, caller.fp, distrust);
    return;
  }
  remember(caller.sp + static_cast<std::uint64_t>(kReturnAddressSlot), caller.pc(), distrust);
  if (caller_fp_is_live && !passes_frame_pointer_on(rule)) {
    remember(frame_pointer_place(rule, state, caller), caller.fp, distrust);
  }
  if (rule.kind == RuleKind::kDereference) {
    remember(state.fp + static_cast<std::uint64_t>(std::int64_t{rule.base_offset}),
             caller.sp - static_cast<std::uint64_t>(std::int64_t{rule.cfa_offset}), distrust);
  }
}

bool CachedStack::Change::add(const FreshFrame& fresh, const FrameState* caller,
                              wire::TraceIndex trace) {
  constexpr std::uint32_t kMostWords = 3;
  if (words_ + kMostWords > stack_.max_words_) return false;
  const Rule& rule = fresh.rule;
  const FrameState& state = fresh.state;
  const Frame* outer = count_ == 0 ? nullptr : &stack_.frames_[count_ - 1];
  const bool outer_is_live = outer != nullptr && outer->fp_is_live;
  if (caller != nullptr) remember_step(fresh, *caller, outer_is_live);
  Frame& frame = stack_.frames_[count_];
  frame.sp = state.sp;
  frame.code = state.code;
  frame.fp = state.fp;
  frame.trace = trace;
  frame.words = words_ & 0x3fffffff;
  frame.fp_is_live = uses_frame_pointer(rule) || (passes_frame_pointer_on(rule) && outer_is_live);
  frame.is_switched = 0;
  ++count_;
  if (caller != nullptr && caller->sp < state.sp && outer != nullptr) {
    stack_.frames_[count_ - 2].is_switched = 1;
    ++stack_.switched_;
  }
  return true;
}

void CachedStack::Change::publish() {
  asm volatile("" ::: "memory");
  stack_.count_ = count_;
}

}  // namespace heaptally::preload
