// The mark "exit": set when a process begins to exit, before its handlers and destructors run, with
// `heaptally record --snapshot-at-exit`. How is in exit_mark.cpp.
#pragma once

namespace heaptally::preload {

// Looks the real functions up; before that the hooks do it themselves.
void resolve_start_functions();

// Processes of this image, this one and forked ones, set the mark. Before main.
void mark_exits();

// This process begins to exit.
void begin_exit();

}  // namespace heaptally::preload
