#include "preload/channel.h"

#include "preload/errno_keeper.h"
#include "preload/libunwind.h"
#include "preload/verification.h"

namespace heaptally::preload {

std::size_t Channel::buffer_bytes(std::uint32_t max_depth) {
  const std::size_t verified =
      g_session.verifies_stacks() ? max_depth * sizeof(wire::FrameKey) : std::size_t{0};
  // What comes after it, a private stack among others, wants to be aligned.
  return (Unwinder::buffer_bytes(max_depth) + verified + 63) / 64 * 64;
}

void Channel::set_up(char* buffers, std::uint32_t max_depth, bool keeps_several_stacks) {
  max_depth_ = max_depth;
  unwinder_.set_up(buffers, max_depth, keeps_several_stacks);
  verified_frames_ = reinterpret_cast<wire::FrameKey*>(buffers + Unwinder::buffer_bytes(max_depth));
}

void Channel::begin_process() {
  unwinder_.forget_stacks();
  unwinder_.forget_spare_node();
}

void Channel::verify(const Registers& start, wire::TraceIndex trace) {
  if (!may_call_libunwind()) return;
  const ErrnoKeeper keeper;
  FullRegisters here;
  heaptally_capture_registers(&here);
  LibunwindStack stack = {verified_frames_, max_depth_};
  walk_with_libunwind(here, start, stack, unwinder_.private_stack_top());
  auto& counters = g_session.counters();
  counters.verified_stacks.fetch_add(1, std::memory_order_relaxed);
  if (is_same_stack(trace, stack)) return;
  counters.wrong_stacks.fetch_add(1, std::memory_order_relaxed);
  tell_difference(trace, unwinder_.trace_of(stack), ring_);
}

}  // namespace heaptally::preload
