// Channel: what a thread needs to record one event at a time.
#pragma once

#include <cstdint>

#include "preload/arch.h"
#include "preload/ring_writer.h"
#include "preload/unwinder.h"
#include "wire/layout.h"

namespace heaptally::preload {

// Purpose: captures stacks, and gives its ring. Each thread has two: one for its events, one
//   for those of signal handlers that interrupt a hook.
// Owner: a ThreadRecord; lives in private mapped memory that is zero at first.
// Threads: one at a time, never re-entered.
class Channel {
 public:
  // Bytes of the buffers that a channel works in, for stacks of `max_depth` frames.
  static std::size_t buffer_bytes(std::uint32_t max_depth);

  // `buffers`: buffer_bytes(max_depth) of zeroed memory.
  void set_up(char* buffers, std::uint32_t max_depth, bool keeps_several_stacks);

  // For a thread that takes the channel over.
  void begin_thread() { unwinder_.forget_stacks(); }
  // For a channel that was another process's: what may be half written, or reserved by that.
  void begin_process();

  // The trace of the stack from `start` outward, which is a caller of the calling function.
  wire::TraceIndex capture(const Registers& start) {
    const wire::TraceIndex trace = unwinder_.capture(start);
    if (g_session.verifies_stacks()) [[unlikely]]
      verify(start, trace);
    return trace;
  }

  // The trace whose only frame is a call before `pc`.
  wire::TraceIndex capture_caller_only(std::uint64_t pc) {
    return unwinder_.capture_caller_only(pc);
  }

  RingWriter& ring() { return ring_; }

 private:
  void verify(const Registers& start, wire::TraceIndex trace);

  RingWriter ring_;
  Unwinder unwinder_;
  std::uint32_t max_depth_;
  wire::FrameKey* verified_frames_;  // room for a stack, if stacks are verified
};

}  // namespace heaptally::preload
