#include <ostream>

#include <fmt/format.h>

#include "core/report/csv.h"
#include "core/report/labels.h"
#include "core/report/statistics_report.h"

namespace heaptally {
namespace {

std::string traceback_field(const Profile& profile, TraceId trace) {
  std::string text;
  for (const PlaceId place : traceback(profile, trace)) {
    if (!text.empty()) text += "; ";
    text += place == kCutPlace ? "..." : place_label(profile.places(), place);
  }
  return text;
}

// The fields file, line, function and module, as far as the group has them.
std::string place_fields(const Profile& profile, Group group, const Key& key) {
  if (!is_by_place(group) && group != Group::kTraceback) return ",,,";
  const Places& places = profile.places();
  const Place& place = places[key.place];
  const bool whole_place = group == Group::kLine || group == Group::kTraceback;
  const std::string file =
      place.source && group != Group::kModule ? csv_field(places.where(key.place)) : "";
  const std::string line = whole_place && place.source ? std::to_string(place.line) : "";
  const std::string function =
      whole_place || group == Group::kFunction ? csv_field(places.function(key.place)) : "";
  return fmt::format("{},{},{},{}", file, line, function, csv_field(places.module(key.place)));
}

}  // namespace

void write_csv(const StatisticsReport& report, std::ostream& out) {
  const Group group = report.query.group;
  out << "label,file,line,function,module,size,count,average,traceback\n";
  for (const Statistic& row : report.statistics.rows) {
    if (!out) return;
    const auto [bytes, count] = row.amount;
    const std::string average =
        count == 0 ? ""
                   : fmt::format("{}", static_cast<double>(bytes) / static_cast<double>(count));
    const std::string frames =
        group == Group::kTraceback ? traceback_field(report.profile, row.key.trace) : "";
    out << fmt::format("{},{},{},{},{},{}\n", csv_field(key_label(report.profile, group, row.key)),
                       place_fields(report.profile, group, row.key), bytes, count, average,
                       csv_field(frames));
  }
}

}  // namespace heaptally
