#include "preload/path_memo.h"

namespace heaptally::preload {

void PathMemo::remember(const CachedStack& stack, std::int32_t joint) {
  const std::int32_t innermost = stack.count() - 1;
  const std::uint32_t farthest = stack.words_of(joint);
  const std::uint32_t count = stack.words_of(innermost) - farthest;
  if (count == 0 || count > kMostWords || !stack.is_regular()) return;
  const FrameState state = stack.state_of(innermost);
  Entry& entry = entry_of(state);
  entry.state.code = 0;
  asm volatile("" ::: "memory");
  entry.state.sp = state.sp;
  entry.state.fp = state.fp;
  entry.joint_state = stack.state_of(joint);
  entry.joint = joint;
  entry.joint_trace = stack.trace_of(joint);
  entry.trace = stack.trace_of(innermost);
  entry.epoch = epoch_ & 0xffffff;
  entry.fp_is_live = stack.fp_is_live(innermost);
  entry.words = (count + kBlock - 1) / kBlock * kBlock & 0x7f;
  const RememberedWord* word = stack.words() + farthest + count;
  for (std::uint32_t i = 0; i < entry.words; ++i) entry.word[i] = i < count ? *--word : *word;
  asm volatile("" ::: "memory");
  entry.state.code = state.code;
}

}  // namespace heaptally::preload
