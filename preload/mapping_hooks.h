// Mappings that the program makes itself: the hooks are in mapping_hooks.cpp.
#pragma once

namespace heaptally::preload {

// Looks the real functions up; before that the hooks use system calls.
void resolve_mapping_functions();

}  // namespace heaptally::preload
