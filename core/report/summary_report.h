// The summary written out.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include "core/profile/processes.h"
#include "core/profile/summary.h"

namespace heaptally {

// Two aligned columns of facts, then the processes if there are several, then the top lines. Facts
// that are 0 and only matter otherwise (losses, unrecorded children, time spent waiting) are left
// out. `processes`: how many of them to show, 0 for all.
void write_text(const Profile& profile, const Summary& summary, std::size_t processes,
                std::ostream& out);

// Facts of it: "exit status 0"; "4 in 2 processes"; "85.1 MiB, grown by 80.0 MiB; the heap explains
// 74 % of that".
std::string end_phrase(const Header& header);
std::string threads_phrase(const Header& header, const Processes& processes,
                           const Summary& summary);
std::string rss_phrase(const Header& header, const Summary& summary);

}  // namespace heaptally
