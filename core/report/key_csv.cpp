#include "core/report/key_csv.h"

#include <fmt/format.h>

#include "core/report/csv.h"
#include "core/report/labels.h"

namespace heaptally {
namespace {

std::string traceback_text(const Profile& profile, TraceId trace) {
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

std::string key_fields(const Profile& profile, Group group, const Key& key) {
  return csv_field(key_label(profile, group, key)) + "," + place_fields(profile, group, key);
}

std::string traceback_field(const Profile& profile, Group group, const Key& key) {
  return group == Group::kTraceback ? csv_field(traceback_text(profile, key.trace)) : "";
}

std::string average_field(Amount amount) {
  if (amount.count == 0) return {};
  return fmt::format("{}", static_cast<double>(amount.bytes) / static_cast<double>(amount.count));
}

}  // namespace heaptally
