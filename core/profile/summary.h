// Summary: a run at a glance.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/profile/statistics.h"

namespace heaptally {

struct Summary {
  Nanoseconds duration{0};
  std::uint64_t threads = 0;            // folded ones included
  std::uint64_t processes_at_once = 1;  // at most
  Amount total;
  Amount temporary;
  Amount peak;
  Amount live_at_end;
  std::vector<Domain> domains;  // the others that had anything
  std::uint64_t frees = 0;
  std::uint64_t rss_growth = 0;      // bytes, from before main to the peak
  std::optional<double> heap_share;  // peak bytes over `rss_growth`; none if it did not grow
  Statistics at_peak;                // lines that are live at the peak,
  Statistics at_end;                 // live at the end,
  Statistics of_all;                 // and of all allocations
};

// Whether the program seems to have memory that the C allocator does not hand out: the heap is less
// than half of the growth, and 8 MiB or more for each process are left over, beyond what loading
// libraries takes.
bool heap_explains_little(const Summary& summary);

// `lines`: how many rows each of the three statistics has. The numbers of an unfinished recording
// are added up from its tallies, as far as it goes.
Summary summarize(const Profile& profile, std::size_t lines);

}  // namespace heaptally
