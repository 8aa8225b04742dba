#include <cstddef>

#include <fmt/format.h>

#include "core/library/state.h"
#include "core/report/labels.h"
#include "core/report/traceback_text.h"
#include "core/report/wording.h"

namespace heaptally::profile {
namespace {

// What a key names that stands for all of a file, function or module.
std::string name_of_whole(const Places& places, Group group, PlaceId place) {
  return std::string(group == Group::kModule ? places.module(place) : places.where(place));
}

}  // namespace

Traceback Access::traceback(std::shared_ptr<const State> state, Group group, const Key& key) {
  Traceback result;
  const Places& places = state->profile.places();
  if (group == Group::kTraceback) {
    for (const PlaceId place : heaptally::traceback(state->profile, key.trace)) {
      result.places_.push_back(static_cast<std::uint32_t>(place));
    }
  } else if (is_by_place(group)) {
    result.places_ = {static_cast<std::uint32_t>(key.place)};
    if (group != Group::kLine) {
      result.is_whole_ = true;
      result.whole_ = name_of_whole(places, group, key.place);
    }
  }
  result.state_ = std::move(state);
  return result;
}

Frame Traceback::operator[](std::size_t index) const {
  const Places& places = state_->profile.places();
  const auto id = PlaceId(places_[index]);
  const Place& place = places[id];
  Frame frame;
  frame.module = places.module(id);
  frame.file = is_whole_ ? whole_ : std::string(places.where(id));
  if (is_whole_) {
    frame.label = printable(frame.file) + ":0";
    return frame;
  }
  frame.line = place.line;
  frame.function = places.function(id);
  frame.offset = place.offset;
  frame.has_source = place.source;
  frame.label = place_label(places, id);
  return frame;
}

std::vector<Frame> Traceback::frames() const {
  std::vector<Frame> frames;
  for (std::size_t i = 0; i < size(); ++i) frames.push_back((*this)[i]);
  return frames;
}

std::vector<std::string> Traceback::format(std::optional<std::int64_t> limit,
                                           bool most_recent_first) const {
  if (empty()) return {};
  if (is_whole_) {
    // One frame: all but the newest is nothing.
    if (limit && *limit <= 0) return {};
    return {fmt::format("  File \"{}\", line 0", printable(whole_))};
  }
  std::vector<PlaceId> frames;
  for (const std::uint32_t place : places_) frames.push_back(PlaceId(place));
  return traceback_lines(state_->profile.places(), std::move(frames), {limit, most_recent_first},
                         state_->source);
}

}  // namespace heaptally::profile
