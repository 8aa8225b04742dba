#include "core/profile/places.h"

namespace heaptally {
namespace {

constexpr std::string_view kNowhere = "??";
constexpr std::string_view kUnknown = "<unknown>";
constexpr std::string_view kCut = "<cut>";

}  // namespace

Texts::Texts() { intern(""); }

TextId Texts::intern(std::string_view text) {
  const auto [found, added] = ids_.try_emplace(text, TextId(texts_.size()));
  if (added) texts_.push_back(text);
  return found->second;
}

std::size_t Places::Hash::operator()(const Place& place) const {
  std::uint64_t hash = 0;
  const auto mix = [&hash](std::uint64_t value) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 32;
  };
  mix(index_of(place.where) | static_cast<std::uint64_t>(index_of(place.module)) << 32);
  mix(index_of(place.function) | static_cast<std::uint64_t>(place.line) << 32);
  mix(place.offset * 2 + (place.source ? 1 : 0));
  return hash;
}

Places::Places(const RecordingData& data) {
  intern({.where = texts_.intern(kUnknown), .source = true});
  intern({.where = texts_.intern(kCut), .source = true});
  by_place_.reserve(data.frames.size());
  starts_.reserve(data.frames.size() + 1);
  static const std::vector<Location> kNone;
  for (std::size_t i = 0; i < data.frames.size(); ++i) {
    starts_.push_back(ids_.size());
    add(data, data.frames[i], i < data.locations.size() ? data.locations[i] : kNone);
  }
  starts_.push_back(ids_.size());
  by_place_.clear();
}

PlaceId Places::intern(const Place& place) {
  const auto [found, added] = by_place_.try_emplace(place, PlaceId(places_.size()));
  if (added) places_.push_back(place);
  return found->second;
}

void Places::add(const RecordingData& data, const Frame& frame,
                 const std::vector<Location>& locations) {
  if (frame.kind == FrameKind::kCut) {
    ids_.push_back(kCutPlace);
    return;
  }
  const std::string& path = data.modules[index_of(frame.module)].path;
  const TextId module = texts_.intern(path);
  const TextId where = path.empty() ? texts_.intern(kNowhere) : module;
  for (const Location& location : locations) {
    Place place{.where = where, .module = module, .function = texts_.intern(location.function)};
    if (!location.file.empty()) {
      place.where = texts_.intern(location.file);
      place.line = location.line;
      place.source = true;
    } else if (!location.function.empty()) {
      place.offset = location.symbol_offset + (frame.kind == FrameKind::kReturnAddress ? 1 : 0);
    } else {
      place.offset = frame.address;
    }
    ids_.push_back(intern(place));
  }
  if (locations.empty()) {
    ids_.push_back(intern({.where = where, .module = module, .offset = frame.address}));
  }
}

}  // namespace heaptally
