// Newcomers: processes that were started with a recording's session, and may still ask for it.
#pragma once

#include <cstdint>
#include <string>

namespace heaptally {

enum class Newcomers {
  kNone,
  kUnclear,  // a process was starting just now
  kSome,
};

// Looks in /proc at all processes that are not older than `first` (which is alive, or not waited
// for), whether `session` is in their environment. Processes of others are not looked into.
Newcomers look_for_newcomers(std::int32_t first, const std::string& session);

}  // namespace heaptally
