// Refuses programs that cannot be recorded, before anything is started or written.
#pragma once

#include <string>

namespace heaptally {

// Throws Error with ExitCode::kUsage, which says what is wrong with the program and what to
// do, if the file at `path` cannot be recorded.
void check_program(const std::string& path);

// The name of an allocator within the executable that hooks cannot reach although the program
// can be recorded: its functions have other names, or are not exported. "malloc" if it has no
// better name, empty if none is seen.
std::string unreachable_allocator(const std::string& path);

}  // namespace heaptally
