// The processes of a recording written out.
#pragma once

#include <cstddef>
#include <iosfwd>

#include "core/profile/processes.h"

namespace heaptally {

// A table of the `limit` processes with the greatest peaks (0: all), as process_tree has them: PID,
// parent, command (below that of its parent, cut to fit), duration, exit, peak, live at end; or why
// it was not recorded. Returns how many were left out.
std::size_t write_processes(const Processes& processes, std::size_t limit, std::ostream& out);

}  // namespace heaptally
