// How many connections a process may have.
#pragma once

#include <cstdint>

namespace samples {

// Raises the soft limit of file descriptors to the hard one. Ends the program with a line on
// stderr and status 1 if there will not be as many as needed, beside a few for the rest.
void need_descriptors(std::uint64_t needed);

}  // namespace samples
