#include "viewer/model/key_names.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/report/wording.h"

namespace heaptally::view {
namespace {

constexpr std::size_t kLongest = 400;

std::string call_of(const Places& places, Group group, PlaceId id) {
  const Place& place = places[id];
  std::string where = as_pattern(places.where(id));
  if (group == Group::kModule) return as_pattern(places.module(id));
  if (group == Group::kFile) return where;
  if (group == Group::kFunction && place.function != TextId{}) {
    return as_pattern(places.function(id));
  }
  if (place.source) return fmt::format("{}:{}", where, place.line);
  return as_pattern(places.function(id));
}

KeyNames names_of_place(const Places& places, Group group, PlaceId id) {
  KeyNames names;
  if (id == kUnknownPlace || id == kCutPlace) return names;
  const Place& place = places[id];
  names.call = call_of(places, group, id);
  // A filter knows files, and modules where no file is known.
  const bool has_filter = place.source ? group != Group::kModule : place.module != TextId{};
  if (has_filter) {
    names.filter = as_pattern(places.where(id));
    const bool is_line = group == Group::kLine || group == Group::kTraceback;
    if (place.source && is_line) names.filter += fmt::format(":{}", place.line);
  }
  if (!place.source || group == Group::kModule) return names;
  names.file = std::string(places.where(id));
  names.line = group == Group::kFile ? 0 : place.line;
  return names;
}

}  // namespace

std::string as_pattern(std::string_view text) {
  std::string pattern;
  pattern.reserve(text.size());
  for (const char character : text) {
    if (character == '*' || character == '?' || character == '[') {
      pattern += fmt::format("[{}]", character);
    } else {
      pattern += character;
    }
  }
  return pattern;
}

std::string short_text(std::string_view text) {
  if (text.size() <= kLongest) return printable(text);
  std::string_view end = text.substr(text.size() - kLongest);
  while (!end.empty() && (static_cast<unsigned char>(end.front()) & 0xc0U) == 0x80U) {
    end.remove_prefix(1);
  }
  return "…" + printable(end);
}

std::string short_place(const Places& places, PlaceId id) {
  const Place& place = places[id];
  std::string where = short_text(places.where(id));
  if (id == kUnknownPlace) return where;
  if (id == kCutPlace) return "... (outermost frames were cut off)";
  if (place.source) return fmt::format("{}:{}", where, place.line);
  const std::string function = short_text(places.function(id));
  const bool is_offset_known = place.offset != 0 || function.empty();
  const bool is_in_module = place.module != TextId{} || !function.empty();
  const std::string offset =
      is_offset_known ? fmt::format("{}0x{:x}", is_in_module ? "+" : "", place.offset) : "";
  return fmt::format("{}:{}{}", where, function, offset);
}

std::string short_function(const Places& places, PlaceId id) {
  return short_text(places.function(id));
}

KeyNames names_of(const Profile& profile, Group group, const Key& key) {
  const RecordingData& data = profile.data();
  KeyNames names;
  switch (group) {
    case Group::kThread: {
      const Task& task = data.tasks[index_of(key.task)];
      // Folded ones are found by what they have in common.
      names.thread = task.threads == 1 ? std::to_string(task.tid) : as_pattern(task.name);
      return names;
    }
    case Group::kProcess: {
      const Process& process = data.processes[index_of(key.process)];
      names.process = process.pid != 0 ? std::to_string(process.pid) : as_pattern(process.command);
      return names;
    }
    case Group::kSize:
      return names;
    default:
      return names_of_place(profile.places(), group, key.place);
  }
}

}  // namespace heaptally::view
