// How processes end, for the recording to tell. The hooks themselves are in exit_hooks.cpp.
#pragma once

namespace heaptally::preload {

// Looks the real functions up; before that the hooks do it themselves.
void resolve_exit_functions();

// From here on exit() says what the process exits with.
void watch_own_exit();

}  // namespace heaptally::preload
