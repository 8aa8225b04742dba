// What the shim needs of the dynamic loader, found at run time: so it depends on libc alone,
// and a loader that lacks it (glibc before 2.35) means "not recorded" and not "does not start".
#pragma once

#include <cstdint>

struct dl_find_object;
struct link_map;

namespace heaptally::preload {

inline constexpr bool kMayHaveThreads = false;

struct Loader {
  int (*find_object)(void* address, dl_find_object* result);
  std::uint64_t code;             // some function of the loader itself
  std::uint64_t first_stack_end;  // where the first thread's stack ends: _start's frame
  const bool* is_single_threaded = &kMayHaveThreads;  // libc's own: no thread was started yet
  // The executable, and the range of all its segments. Where they lie apart, with nothing in
  // between, find_object names only the one that holds the address.
  const link_map* executable;
  std::uint64_t executable_start;
  std::uint64_t executable_end;
};

extern Loader g_loader;

// False if the loader is too old.
bool find_loader();

// The shim's own entry in the loader's list; null if it cannot be found.
const link_map* find_shim();

// False where the executable has a malloc of its own, which is found before the shim's.
bool hooks_are_called();

// Runs libc's own initialisation, if it has not run yet, with what the program was started
// with. The shim's constructor comes before libc's, and the first dlopen would run that with
// an empty environment and no arguments, which the program would then be left with. It runs
// again at its usual time; it sets the same values twice.
void initialise_libc(int argument_count, char** arguments, char** environment);

}  // namespace heaptally::preload
