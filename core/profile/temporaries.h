// Temporaries: who churns, and how much of what it allocates.
#pragma once

#include <vector>

#include "core/profile/statistics.h"

namespace heaptally {

struct TemporaryRow {
  Key key;
  Amount temporary;
  Amount total;  // all allocations of the same key, of which these are a part
};

struct Temporaries {
  std::vector<TemporaryRow> rows;  // as statistics() orders and limits the temporary ones
  Statistics temporary;            // the same rows without what they are a part of
  Amount total;                    // all allocations that the filters keep
};

// `temporary` and `total`: snapshots of these metrics at one moment, or between the same two.
// Errors: as statistics().
Temporaries temporaries(const Profile& profile, const Snapshot& temporary, const Snapshot& total,
                        const Query& query);

}  // namespace heaptally
