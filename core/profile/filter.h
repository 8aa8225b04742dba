// Filters: which traces, tasks and processes count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/pattern.h"
#include "core/profile/processes.h"
#include "core/profile/sites.h"

namespace heaptally {

// tracemalloc's filter: matches a place by its file, or by its module's path if no file is known;
// with a line, only that line of a file.
struct Filter {
  std::string text;  // as the user gave it, for headings
  Pattern pattern;
  std::optional<std::uint32_t> line;
  bool inclusive = true;
  bool all_frames = false;  // any place of the trace counts, not just its allocation site
};

// Reads PATTERN or PATTERN:LINE. Errors: Error of usage.
Filter parse_filter(std::string_view text, bool inclusive, bool all_frames);

// By trace: whether any inclusive filter matches it (or there is none) and no exclusive one does.
std::vector<bool> kept_traces(const RecordingData& data, const Places& places, const Sites& sites,
                              const std::vector<Filter>& filters);

// By task: whether its thread id or its name matches one of `threads`, each a number or a pattern;
// all if `threads` is empty. Errors: Error of usage that names the threads there are, if one of
// `threads` matches none.
std::vector<bool> kept_tasks(const RecordingData& data, const std::vector<std::string>& threads);

// By number of the process: whether one of `processes` is its PID, or matches its command or the
// base name of its program; all if `processes` is empty. Errors: as kept_tasks.
std::vector<bool> matching_processes(const Processes& all,
                                     const std::vector<std::string>& processes);

// By task: whether its process matches. Errors: as kept_tasks.
std::vector<bool> kept_by_process(const RecordingData& data,
                                  const std::vector<std::string>& processes);

}  // namespace heaptally
