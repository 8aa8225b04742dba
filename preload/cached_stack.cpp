#include "preload/cached_stack.h"

#include <algorithm>

namespace heaptally::preload {
namespace {

constexpr std::uint32_t kBlock = 8;  // words that are compared without a branch

std::uint64_t page_end(std::uint64_t address) { return (address | (wire::kPage - 1)) + 1; }

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
  return max_depth * (sizeof(Frame) + 2 * sizeof(Word));
}

void CachedStack::set_up(char* buffer, std::uint32_t max_depth) {
  frames_ = reinterpret_cast<Frame*>(buffer);
  words_ = reinterpret_cast<Word*>(frames_ + max_depth);
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

// How many of the words that lie outward of the frame were not found unchanged.
// The memory of a stack may have gone since: a word is read only where walking by rules would
// read it too, after all those before it were found equal, or where it shares a page with such
// a one.
std::uint32_t CachedStack::count_unproved(std::int32_t index, StackBounds& bounds) const {
  std::uint32_t left = frames_[index].words;
  const std::uint32_t regular = std::min(irregular_, left);
  // The return address into the frame lies right below its sp, and was read.
  std::uint64_t mapped_end = page_end(frames_[index].sp - 1);
  while (left > regular) {
    if (left - regular >= kBlock && words_[left - kBlock].address < mapped_end) {
      std::uint64_t difference = 0;
      for (std::uint32_t i = 1; i <= kBlock; ++i) {
        difference |= word_at(words_[left - i].address) ^ words_[left - i].value;
      }
      if (difference == 0) {
        left -= kBlock;
        continue;
      }
    }
    const Word& word = words_[left - 1];
    if (word_at(word.address) != word.value) return left;
    mapped_end = std::max(mapped_end, page_end(word.address));
    --left;
  }
  for (; left > 0; --left) {
    const Word& word = words_[left - 1];
    if (!bounds.readable(word.address) || word_at(word.address) != word.value) return left;
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
