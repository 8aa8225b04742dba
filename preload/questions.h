// Questions: what the program asks of the collector, and waits for.
#pragma once

#include <cstdint>

#include "wire/events.h"

namespace heaptally::preload {

struct Reply {
  // 0, or why there is no answer: ENOTCONN nobody records, EDEADLK asked by a signal handler in the
  // midst of a hook, EAGAIN the question was dropped with other events, EINTR a signal handler
  // asked meanwhile, ETIMEDOUT the collector does not answer; or what the collector says.
  int problem = 0;
  std::uint64_t values[2] = {};
};

// Asks about an address or a descriptor, what `question` wants. The answer counts all that the
// thread recorded before. Waits at most 10 s for the collector to take the question up, and as long
// as it needs, but no more than 10 minutes, where it says that it is at it; usually half a
// millisecond. Allocates nothing and keeps errno.
// `hook_frame`: of the caller, as for record_note().
Reply ask(wire::Question question, std::uint64_t about, const void* hook_frame);

}  // namespace heaptally::preload
