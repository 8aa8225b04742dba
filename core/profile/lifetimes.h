// Lifetimes: how long the blocks lived that were freed.
#pragma once

#include <cstdint>
#include <vector>

#include "core/profile/statistics.h"

namespace heaptally {

// The blocks that lived from `from` until less than `to` nanoseconds. Class 0 is those that lived
// for none.
struct LifetimeRow {
  std::uint64_t from = 0;
  std::uint64_t to = 1;  // 0 for the last class, which ends at 2^64
  std::uint64_t count = 0;
};

// From the shortest class that has something to the longest, those between them included.
struct Lifetimes {
  std::vector<LifetimeRow> rows;
  std::uint64_t freed = 0;  // how many blocks that is
  Amount total;             // all allocations that the filters keep
  Amount never_freed;       // those of them that were live when their process ended
  Amount whole;             // all allocations, before the filters
};

// Lifetimes are kept of the whole run, for each tally: they can be restricted by what tells
// tallies apart (traces, threads, processes), but not to a stretch of time. There are none in a
// recording that was not finished. Of `query` the filters count. Errors: as statistics(); Error if
// the recording was imported.
Lifetimes lifetimes(const Profile& profile, const Query& query);

}  // namespace heaptally
