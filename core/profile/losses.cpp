#include "core/profile/losses.h"

#include <algorithm>

namespace heaptally {

std::vector<Loss> losses(const Header& header) {
  return {
      {"lost_events", "event lost", "events lost", header.lost_events, true},
      {"inferred_frees", "missed free inferred", "missed frees inferred", header.inferred_frees,
       true},
      {"late_events", "event came late", "events came late", header.late_events, true},
      {"rejected_events", "event rejected", "events rejected", header.rejected_events, true},
      {"unknown_frees", "free of an unknown block", "frees of unknown blocks", header.unknown_frees,
       false},
      {"inherited_frees", "free of a block from before a fork",
       "frees of blocks from before a fork", header.inherited_frees, false},
      {"nested_events", "event from a signal handler inside a hook",
       "events from signal handlers inside hooks", header.nested_events, false},
      {"cut_stacks", "stack cut at its outer end", "stacks cut at their outer end",
       header.cut_stacks, false},
      {"fallback_stacks", "stack unwound step by step", "stacks unwound step by step",
       header.fallback_stacks, false},
      {"unrecorded_processes", "child process not recorded", "child processes not recorded",
       header.unrecorded_processes, false},
  };
}

bool is_incomplete(const Header& header) {
  const std::vector<Loss> all = losses(header);
  return !header.complete || std::any_of(all.begin(), all.end(), [](const Loss& loss) {
    return loss.incomplete && loss.count != 0;
  });
}

}  // namespace heaptally
