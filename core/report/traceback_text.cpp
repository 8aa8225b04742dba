#include "core/report/traceback_text.h"

#include <ostream>

#include "core/report/labels.h"
#include "core/report/wording.h"

namespace heaptally {

void write_traceback(const Profile& profile, TraceId trace, SourceLines& source,
                     std::ostream& out) {
  const Places& places = profile.places();
  for (const PlaceId place : traceback(profile, trace)) {
    out << frame_label(places, place) << '\n';
    if (!places[place].source) continue;
    const std::string_view line = source.stripped(places.where(place), places[place].line);
    if (!line.empty()) out << "    " << printable(line) << '\n';
  }
}

}  // namespace heaptally
