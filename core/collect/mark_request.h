// How a mark is set from outside: the collector of a recording is asked for it.
#pragma once

#include <cstdint>
#include <string>

namespace heaptally {

// The moment gets its name when the collector hears of it, which is before this returns. The
// collector is found through the environment that the process was started with; the process itself
// notices nothing. Errors: Error of usage for a name that is empty or longer than
// wire::kMaxNoteText; Error if there is no such process, it cannot be looked at, or it is not being
// recorded.
void request_mark(std::int32_t pid, const std::string& name);

}  // namespace heaptally
