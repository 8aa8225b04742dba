// Tracebacks as tracemalloc writes them.
#pragma once

#include <iosfwd>

#include "core/profile/keys.h"
#include "core/report/source_lines.h"

namespace heaptally {

// A line a frame, oldest first, each followed by its source line where that can be read.
void write_traceback(const Profile& profile, TraceId trace, SourceLines& source, std::ostream& out);

}  // namespace heaptally
