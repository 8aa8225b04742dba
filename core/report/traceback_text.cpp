#include "core/report/traceback_text.h"

#include <algorithm>
#include <ostream>

#include "core/report/labels.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

void keep_shown(std::vector<PlaceId>& frames, const TracebackStyle& style) {
  const auto all = static_cast<std::int64_t>(frames.size());
  const std::int64_t limit = style.limit.value_or(all);
  if (limit > 0) {
    frames.erase(frames.begin(), frames.end() - std::min(limit, all));
  } else {
    // Python's own slice: 0 leaves none.
    frames.resize(static_cast<std::size_t>(limit == 0 ? 0 : all + std::max(limit, -all)));
  }
  if (style.most_recent_first) std::reverse(frames.begin(), frames.end());
}

}  // namespace

std::vector<std::string> traceback_lines(const Places& places, std::vector<PlaceId> frames,
                                         const TracebackStyle& style, SourceLines& source) {
  keep_shown(frames, style);
  std::vector<std::string> lines;
  for (const PlaceId place : frames) {
    lines.push_back(frame_label(places, place));
    if (!places[place].source) continue;
    const std::string_view line = source.stripped(places.where(place), places[place].line);
    if (!line.empty()) lines.push_back("    " + printable_source(line));
  }
  return lines;
}

void write_traceback(const Profile& profile, TraceId trace, SourceLines& source,
                     std::ostream& out) {
  for (const std::string& line :
       traceback_lines(profile.places(), traceback(profile, trace), {}, source)) {
    out << line << '\n';
  }
}

}  // namespace heaptally
