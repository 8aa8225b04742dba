// The trace table: stacks as paths in one tree, shared with the collector.
#pragma once

#include <cstdint>

#include "wire/layout.h"

namespace heaptally::preload {

// The id of `key` called from `parent`; a new one if it was never seen. Where the table is
// full, `parent` itself: the trace then lacks its innermost frames.
// `spare`: the caller's own, starts at 0; holds a node that was reserved in vain.
// Lock-free, from any thread and signal handler.
wire::TraceIndex intern(wire::TraceIndex parent, wire::FrameKey key, wire::TraceIndex& spare);

// Before the first intern: makes the root.
bool open_trace_table();

}  // namespace heaptally::preload
