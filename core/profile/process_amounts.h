// ProcessAmounts: what each process allocated and held, as far as the filters keep it.
#pragma once

#include <cstddef>
#include <vector>

#include "core/profile/processes.h"
#include "core/profile/statistics.h"

namespace heaptally {

struct ProcessAmounts {
  Amount total;
  Amount temporary;
  Amount own_peak;      // at its own high-water mark, that of its image with the greatest
  Amount live_at_peak;  // at the peak of the whole tree
  Amount live_at_end;   // the sum of each image just before its end
};

// The processes that a query is about. Without filters those are all. `--process` chooses among
// all of them, those that were not recorded included; other filters leave out whatever they keep
// nothing of.
struct ChosenProcesses {
  std::vector<ProcessAmounts> amounts;  // by number of the process
  std::vector<bool> chosen;             // by number of the process
  std::size_t count = 0;                // of them
  ProcessAmounts sum;  // of those chosen; its `own_peak` is no sum but the greatest
};

// Errors: as kept_tallies.
ChosenProcesses choose_processes(const Profile& profile, const Processes& processes,
                                 const Query& query);

}  // namespace heaptally
