// Filters on the program's system calls: the hooks that notice them are in seccomp_hooks.cpp and
// syscall_hook_x86_64.S.
#pragma once

namespace heaptally::preload {

// Looks the real functions up; before that the hooks do it themselves.
void resolve_seccomp_functions();

}  // namespace heaptally::preload
