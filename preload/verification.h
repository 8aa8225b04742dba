// Verification: what was captured, beside what libunwind makes of the same stack.
#pragma once

#include "preload/libunwind.h"
#include "preload/ring_writer.h"
#include "wire/layout.h"

namespace heaptally::preload {

// Frame by frame. Beyond the first frame without call-frame information both guess, each in its
// way, and what is there is not compared.
bool is_same_stack(wire::TraceIndex trace, const LibunwindStack& stack);

// Sends both traces to the collector; the first few differences of a process, at most.
void tell_difference(wire::TraceIndex captured, wire::TraceIndex by_libunwind, RingWriter& ring);

}  // namespace heaptally::preload
