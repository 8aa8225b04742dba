#include "core/profile/named_places.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/profile/annotation.h"
#include "core/profile/filter.h"
#include "core/profile/near_names.h"

namespace heaptally {
namespace {

// What a text is named by, found out when it is asked for the first time.
class AnswerByText {
 public:
  explicit AnswerByText(std::size_t texts) : answers_(texts) {}

  template <class Find>
  bool operator()(TextId text, Find find) {
    std::optional<bool>& answer = answers_[index_of(text)];
    if (!answer) answer = find();
    return *answer;
  }

 private:
  std::vector<std::optional<bool>> answers_;
};

// Purpose: matches the places of one recording with one name. Lifetime: as `places` and `text`.
class PlaceName {
 public:
  PlaceName(const Places& places, const std::string& text)
      : places_(places),
        text_(text),
        whole_(parse_filter(text, true, false)),
        ending_(parse_filter("*/" + text, true, false)),
        function_(text),
        is_library_(text.find(".so") != std::string::npos),
        files_(places.texts()),
        functions_(places.texts()),
        modules_(places.texts()) {}

  bool matches(PlaceId id) {
    const Place& place = places_[id];
    const auto is_file = [&] { return is_path(places_.where(id)); };
    if (place.source && (!whole_.line || *whole_.line == place.line) &&
        files_(place.where, is_file)) {
      return true;
    }
    return functions_(place.function, [&] { return is_function(places_.function(id)); }) ||
           modules_(place.module, [&] { return is_module(places_.module(id)); });
  }

 private:
  bool is_path(std::string_view path) const {
    return whole_.pattern.matches(path) || ending_.pattern.matches(path);
  }
  bool is_function(std::string_view function) const {
    return !function.empty() &&
           (function_.matches(function) || is_function_called(function, text_));
  }
  // Programs are often called as one of their functions, and patterns that mean files would take in
  // all libraries, too.
  bool is_module(std::string_view path) const {
    if (path.empty()) return false;
    return path == text_ || (is_library_ && !whole_.line && is_path(path));
  }

  const Places& places_;
  const std::string& text_;
  Filter whole_, ending_;
  Pattern function_;
  bool is_library_;
  AnswerByText files_, functions_, modules_;
};

PlaceName read_name(const Places& places, const std::string& text, std::string_view option) {
  try {
    return PlaceName(places, text);
  } catch (const Error&) {
    throw Error(std::string(option) + " " + text, "names no place",
                "give FILE, FILE:LINE, a function or a library", ExitCode::kUsage);
  }
}

// What somebody may have meant: functions and files.
[[noreturn]] void refuse(std::span<const Profile* const> profiles, const std::string& name,
                         std::string_view option) {
  constexpr std::size_t kListed = 6;
  std::set<std::string_view> known;
  for (const Profile* profile : profiles) {
    const Places& places = profile->places();
    for (std::size_t i = 0; i < places.size(); ++i) {
      const PlaceId id = PlaceId(i);
      if (places[id].source && id != kUnknownPlace && id != kCutPlace) {
        known.insert(places.where(id));
      }
      known.insert(places.function(id));
    }
  }
  known.erase("");
  const std::size_t colon = name.rfind(':');
  const bool has_line = colon != std::string::npos && colon + 1 < name.size() &&
                        name.find_first_not_of("0123456789", colon + 1) == std::string::npos;
  const std::vector<std::string_view> near =
      near_names(std::string_view(name).substr(0, has_line ? colon : std::string::npos),
                 {known.begin(), known.end()});
  throw Error(std::string(option) + " " + name, "no such place in the recording",
              near.empty()
                  ? "heaptally stats --group function and --group filename show what there is"
                  : "near ones are " + list_of_names(near, kListed),
              ExitCode::kUsage);
}

}  // namespace

std::vector<bool> named_places(const Places& places, const std::string& name,
                               std::string_view option) {
  return places_named_by(places, {name}, option);
}

std::vector<bool> places_named_by(const Places& places, const std::vector<std::string>& names,
                                  std::string_view option) {
  std::vector<bool> result(places.size());
  for (const std::string& text : names) {
    PlaceName name = read_name(places, text, option);
    for (std::size_t i = 0; i < result.size(); ++i) {
      if (!result[i]) result[i] = name.matches(PlaceId(i));
    }
  }
  return result;
}

std::vector<bool> traces_through(const RecordingData& data, const Places& places,
                                 const std::vector<bool>& is_named) {
  std::vector<bool> by_frame(data.frames.size());
  for (std::size_t i = 0; i < by_frame.size(); ++i) {
    const auto own = places.of(FrameId(i));
    by_frame[i] = std::any_of(own.begin(), own.end(),
                              [&](PlaceId place) { return is_named[index_of(place)]; });
  }
  std::vector<bool> result(data.traces.size());
  // Parents come before their children. The root is no frame, so what it is is not handed on.
  for (std::size_t i = 1; i < result.size(); ++i) {
    const Trace& trace = data.traces[i];
    result[i] = result[index_of(trace.parent)] || by_frame[index_of(trace.frame)];
  }
  if (!result.empty()) result[0] = is_named[index_of(kUnknownPlace)];
  return result;
}

void require_places(std::span<const Profile* const> profiles, const std::vector<std::string>& names,
                    std::string_view option) {
  for (const std::string& name : names) {
    const bool is_known = std::any_of(profiles.begin(), profiles.end(), [&](const Profile* each) {
      const std::vector<bool> named = named_places(each->places(), name, option);
      return std::find(named.begin(), named.end(), true) != named.end();
    });
    if (!is_known) refuse(profiles, name, option);
  }
}

}  // namespace heaptally
