// The summary written out.
#pragma once

#include <iosfwd>

#include "core/profile/summary.h"

namespace heaptally {

// Two aligned columns of facts, then the top lines. Facts that are 0 and only matter otherwise
// (losses, unrecorded children, time spent waiting) are left out.
void write_text(const Profile& profile, const Summary& summary, std::ostream& out);

}  // namespace heaptally
