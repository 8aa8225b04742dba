// The summary written out.
#pragma once

#include <cstddef>
#include <iosfwd>

#include "core/profile/summary.h"

namespace heaptally {

// Two aligned columns of facts, then the processes if there are several, then the top lines. Facts
// that are 0 and only matter otherwise (losses, unrecorded children, time spent waiting) are left
// out. `processes`: how many of them to show, 0 for all.
void write_text(const Profile& profile, const Summary& summary, std::size_t processes,
                std::ostream& out);

}  // namespace heaptally
