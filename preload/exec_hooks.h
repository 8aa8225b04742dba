// The exec functions and posix_spawn as the program calls them.
#pragma once

namespace heaptally::preload {

// Finds the real functions, so that no hook has to look for them in a vfork child or a signal
// handler. Called by the constructor.
void resolve_exec_functions();

}  // namespace heaptally::preload
