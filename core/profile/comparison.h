// Comparison: what two runs amount to, side by side.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/profile/statistics.h"

namespace heaptally {

// A number that every run has.
struct ComparedFact {
  enum class Unit { kBytes, kCount, kTime };  // of time: nanoseconds

  std::string_view name;  // for people: "live at end"
  std::string_view key;   // for machines: "live_at_end_bytes"
  Unit unit = Unit::kCount;
  std::uint64_t a = 0, b = 0;
  bool known = true;  // of both runs
};

// Peak, total, count, temporary, live at end, wall and CPU time, peak RSS, in this order. CPU time
// is that of the recorded program, and includes what recording cost it. Of `query` the filters
// count, but for times and RSS; with filters the peak is what they keep of the run's peak, and is
// called so. Errors: as kept_tallies.
std::vector<ComparedFact> compare_facts(const Profile& profile_a, const Profile& profile_b,
                                        const Query& query);

}  // namespace heaptally
