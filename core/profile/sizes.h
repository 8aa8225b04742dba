// Sizes: how many blocks of which size a program allocates, and holds.
#pragma once

#include <vector>

#include "core/profile/statistics.h"

namespace heaptally {

struct SizeRow {
  SizeClass size_class{};
  Amount total;  // of all allocations
  Amount live;   // of those that are live at the moment
};

// From the smallest class that has something to the greatest, those between them included.
struct Sizes {
  std::vector<SizeRow> rows;
  Amount total, live;              // after the filters
  Amount whole_total, whole_live;  // before them
};

// A histogram of two snapshots, one of all allocations and one of live blocks, by class of sizes.
// Of `query` the filters count. Errors: as statistics().
Sizes sizes(const Profile& profile, const Snapshot& total, const Snapshot& live,
            const Query& query);

}  // namespace heaptally
