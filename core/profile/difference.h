// Differences: what two statistics of one kind do not have in common.
#pragma once

#include <cstdint>
#include <vector>

#include "core/profile/statistics.h"

namespace heaptally {

// By how much an amount changed; below zero where it shrank.
struct Change {
  std::int64_t bytes = 0;
  std::int64_t count = 0;

  friend bool operator==(Change, Change) = default;
};

constexpr Change change_from(Amount before, Amount after) {
  const Amount difference = after - before;
  return {static_cast<std::int64_t>(difference.bytes), static_cast<std::int64_t>(difference.count)};
}

// A row of the newer statistics beside the row of the older ones that reads the same. What one of
// the two does not have amounts to nothing there.
struct StatisticDifference {
  Key key;  // of the newer profile, or of the older one where `vanished`
  bool vanished = false;
  Amount amount;  // in the newer one
  Change change;  // since the older one
};

struct StatisticDifferences {
  std::vector<StatisticDifference> rows;  // the first `limit` of them
  std::size_t groups = 0;                 // how many there are without a limit
  std::size_t changed = 0;                // and of those, how many are not as they were
  Amount before, after;                   // what the filters kept of either
};

// One side of a comparison. All must outlive the call.
struct Side {
  const Profile& profile;
  const Snapshot& snapshot;
};

// Compares two snapshots, of one recording or of two, as tracemalloc compares them: by `query`
// each is made into statistics, and rows are told to be the same by what they are called (files,
// lines, functions, modules; threads by their names, processes by their programs' names if the
// profiles are two). Rows are in descending order of (|size change|, size, |count change|, count,
// key), or with SortBy::kCount of (|count change|, count, |size change|, size, key). Rows that did
// not change are kept. Errors: as statistics().
StatisticDifferences compare(const Side& before, const Side& after, const Query& query);

}  // namespace heaptally
