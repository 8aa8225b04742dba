#include "core/profile/losses.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace heaptally {

namespace {

// Why stacks fell back, those reasons that were met.
std::string reasons(const Fallbacks& fallbacks) {
  const std::pair<std::uint64_t, std::string_view> all[] = {
      {fallbacks.other_register, "through another register"},
      {fallbacks.expression, "by an expression"},
      {fallbacks.return_address, "for the place of the return address"},
      {fallbacks.frame_pointer, "for the place of the frame pointer"},
      {fallbacks.no_step, "for call-frame information that makes no sense"},
      {fallbacks.no_libunwind, "in vain, without libunwind"}};
  std::string text;
  for (const auto& [count, reason] : all) {
    if (count != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, reason);
  }
  return text;
}

}  // namespace

std::vector<Loss> losses(const Header& header) {
  return {
      {"lost_events", "event lost", "events lost", header.lost_events, true},
      {"inferred_frees", "missed free inferred", "missed frees inferred", header.inferred_frees,
       true},
      {"late_events", "event came late", "events came late", header.late_events, true},
      {"rejected_events", "event rejected", "events rejected", header.rejected_events, true},
      {"unknown_frees", "free of an unknown block", "frees of unknown blocks", header.unknown_frees,
       false},
      {"inherited_frees",
       "free of a block from before a fork",
       "frees of blocks from before a fork",
       header.inherited_frees,
       false,
       {}},
      {"untraced_frees",
       "free of a block that the program did not have recorded",
       "frees of blocks that the program did not have recorded",
       header.untraced_frees,
       false,
       {}},
      {"domain_unknown_frees",
       "free of an unknown block of a named domain",
       "frees of unknown blocks of named domains",
       header.domain_unknown_frees,
       false,
       {}},
      {"domain_inferred_frees",
       "missed free inferred in a named domain",
       "missed frees inferred in named domains",
       header.domain_inferred_frees,
       false,
       {}},
      {"nested_events",
       "event from a signal handler inside a hook",
       "events from signal handlers inside hooks",
       header.nested_events,
       false,
       {}},
      {"cut_stacks",
       "stack cut at its outer end",
       "stacks cut at their outer end",
       header.cut_stacks,
       false,
       {}},
      {"fallback_stacks", "stack unwound step by step", "stacks unwound step by step",
       header.fallback_stacks, false, reasons(header.fallbacks)},
      {"unrecorded_processes",
       "child process not recorded",
       "child processes not recorded",
       header.unrecorded_processes,
       false,
       {}},
      {"dropped_marks",
       "mark not kept, beyond 4,096",
       "marks not kept, beyond 4,096",
       header.dropped_marks,
       false,
       {}},
      {"marks_after_crossings",
       "mark up to which leaks are not known, for too much crossed those before",
       "marks up to which leaks are not known, for too much crossed those before",
       header.marks_after_crossings,
       false,
       {}},
  };
}

bool is_incomplete(const Header& header) {
  const std::vector<Loss> all = losses(header);
  return !header.complete || std::any_of(all.begin(), all.end(), [](const Loss& loss) {
    return loss.incomplete && loss.count != 0;
  });
}

}  // namespace heaptally
