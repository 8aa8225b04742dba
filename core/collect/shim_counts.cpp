#include "core/collect/shim_counts.h"

#include <algorithm>

namespace heaptally {

void ShimCounts::add(const wire::ProcessBlock& block) {
  // What was scribbled on is not to add up to what no reader takes.
  static constexpr std::uint64_t kMost = std::uint64_t{1} << 50;
  const auto read = [](const auto& counter) {
    return std::min<std::uint64_t>(counter.load(std::memory_order_relaxed), kMost);
  };
  const wire::Counters& counters = block.counters;
  lost_events += read(counters.lost_events);
  cut_stacks += read(counters.cut_stacks);
  broken_stacks += read(counters.broken_stacks);
  const auto fell_back = [&](wire::FallbackCause cause) {
    return read(counters.fallback_stacks[static_cast<std::size_t>(cause)]);
  };
  fallbacks.other_register += fell_back(wire::FallbackCause::kOtherRegister);
  fallbacks.expression += fell_back(wire::FallbackCause::kExpression);
  fallbacks.return_address += fell_back(wire::FallbackCause::kReturnAddressPlace);
  fallbacks.frame_pointer += fell_back(wire::FallbackCause::kFramePointerPlace);
  fallbacks.no_step += fell_back(wire::FallbackCause::kNoStep);
  fallbacks.no_libunwind += fell_back(wire::FallbackCause::kNoLibunwind);
  inner_events += read(counters.inner_events);
  unrecorded_forks += read(counters.unrecorded_forks);
  verified_stacks += read(counters.verified_stacks);
  wrong_stacks += read(counters.wrong_stacks);
  waited += Nanoseconds(read(counters.waited_ns));
  any_ready |= read(block.ready) != 0;
}

}  // namespace heaptally
