// Tracebacks as tracemalloc writes them.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "core/profile/keys.h"
#include "core/report/source_lines.h"

namespace heaptally {

// Which frames of a traceback are written, and in which order.
struct TracebackStyle {
  // Above 0: the so many newest; below 0: all but the so many newest; 0: none.
  std::optional<std::int64_t> limit = std::nullopt;
  bool most_recent_first = false;
};

// A line a frame, each followed by its source line where that can be read. `frames`: oldest first.
std::vector<std::string> traceback_lines(const Places& places, std::vector<PlaceId> frames,
                                         const TracebackStyle& style, SourceLines& source);

// All of a trace, oldest first.
void write_traceback(const Profile& profile, TraceId trace, SourceLines& source, std::ostream& out);

}  // namespace heaptally
