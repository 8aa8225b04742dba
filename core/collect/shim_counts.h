// ShimCounts: what the shim counts in the process blocks, added up.
#pragma once

#include <cstdint>

#include "core/base/types.h"
#include "core/recording/model.h"
#include "wire/layout.h"

namespace heaptally {

struct ShimCounts {
  std::uint64_t lost_events = 0, cut_stacks = 0, broken_stacks = 0;
  Fallbacks fallbacks;
  std::uint64_t inner_events = 0, unrecorded_forks = 0;
  std::uint64_t verified_stacks = 0, wrong_stacks = 0;
  Nanoseconds waited{0};
  bool any_ready = false;  // a process has recorded at all

  void add(const wire::ProcessBlock& block);
};

}  // namespace heaptally
