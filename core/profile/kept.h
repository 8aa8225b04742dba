// Kept: what the filters of a query leave of a snapshot.
#pragma once

#include <vector>

#include "core/profile/statistics.h"

namespace heaptally {

struct Kept {
  std::vector<Amount> by_trace;
  std::vector<bool> tallies;  // whether a tally counts
  Amount kept;                // after the filters
  Amount whole;               // before the filters, but in the domains asked for
};

// By trace, whether it counts. Errors: Error of usage if one of the query's places is none.
std::vector<bool> kept_traces(const Profile& profile, const Query& query);

// By tally, whether it counts. Errors: as kept_traces, kept_tasks and kept_by_process.
std::vector<bool> kept_tallies(const Profile& profile, const Query& query);

// Errors: as kept_tallies.
Kept keep(const Profile& profile, const Snapshot& snapshot, const Query& query);

}  // namespace heaptally
