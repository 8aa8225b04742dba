// RunAmounts: what a run comes to.
#pragma once

#include "core/profile/statistics.h"

namespace heaptally {

struct RunAmounts {
  Amount total;
  Amount temporary;
  Amount peak;  // with filters: what they keep of the run's peak
  Amount live_at_end;
};

// Of `query` the filters count. Those of an unfinished recording are added up from its tallies, as
// far as it goes. Errors: as kept_tallies.
RunAmounts run_amounts(const Profile& profile, const Query& query);

}  // namespace heaptally
