// Threads: what each thread of a run allocated and held.
#pragma once

#include <string_view>
#include <vector>

#include "core/profile/statistics.h"

namespace heaptally {

// A task: a thread, or several that were folded into one. Blocks are their allocating thread's,
// whoever frees them.
struct ThreadRow {
  TaskId task{};
  Amount total;
  Amount temporary;
  Amount live_at_peak;
  Amount live_at_end;
};

// Bytes in descending order, but temporaries and allocations by their count, names ascending.
enum class ThreadOrder { kTotal, kAllocations, kTemporary, kPeak, kEnd, kName };

// Reads "total", "allocations", "temporary", "peak", "end" or "name". Errors: Error of usage.
ThreadOrder parse_thread_order(std::string_view text);
std::string_view name_of(ThreadOrder order);

struct Threads {
  std::vector<ThreadRow> rows;  // the first `limit` in order
  std::size_t threads = 0;      // how many rows there are without a limit
  ThreadRow kept;               // all of them together
  ThreadRow whole;              // and before the filters
};

// The whole run, by thread. Of `query` filters and limit count; threads of which the filters keep
// nothing are left out. Errors: as statistics().
Threads threads(const Profile& profile, const Query& query, ThreadOrder order);

}  // namespace heaptally
