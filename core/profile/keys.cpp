#include "core/profile/keys.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/error.h"

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 8> kGroups = {"lineno",    "filename", "function", "module",
                                                     "traceback", "thread",   "process",  "size"};

std::uint64_t pair_of(TextId high, TextId low) {
  return static_cast<std::uint64_t>(index_of(high)) << 32 | index_of(low);
}

template <class Number>
int compare_numbers(Number a, Number b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

int compare_places(const Places& places, Group group, PlaceId left, PlaceId right) {
  if (left == right) return 0;
  const Place& a = places[left];
  const Place& b = places[right];
  if (group == Group::kModule) return places.module(left).compare(places.module(right));
  if (const int order = places.where(left).compare(places.where(right))) return order;
  if (group == Group::kFile) return 0;
  if (group == Group::kLine) {
    if (const int order = compare_numbers(a.line, b.line)) return order;
    if (a.source && b.source) return 0;
  }
  if (const int order = places.function(left).compare(places.function(right))) return order;
  return group == Group::kFunction ? 0 : compare_numbers(a.offset, b.offset);
}

std::uint32_t id_in(IdMap& map, std::uint64_t key) {
  std::uint32_t id = map.find(key);
  if (id == IdMap::kAbsent) map.insert(key, id = static_cast<std::uint32_t>(map.size()));
  return id;
}

// The ways from the outermost line inward, each once. Way 0 is the empty one.
class LinePaths {
 public:
  // The way `parent`, followed by a line.
  std::uint32_t step(std::uint32_t parent, std::uint32_t line) {
    const std::uint64_t step = std::uint64_t{parent} << 32 | line;
    std::uint32_t id = ids_.find(step);
    if (id != IdMap::kAbsent) return id;
    id = static_cast<std::uint32_t>(paths_.size());
    ids_.insert(step, id);
    paths_.push_back({parent, line});
    return id;
  }

  // By way: where it comes when they are ordered line by line, a shorter one before what it
  // begins.
  std::vector<std::uint32_t> positions(const Places& places, const PlaceKeys& lines) const {
    std::vector<std::uint32_t> sizes(paths_.size(), 1), order(paths_.size());
    for (std::size_t i = paths_.size() - 1; i > 0; --i) sizes[paths_[i].parent] += sizes[i];
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
    // A way's number is greater than that of what it begins with, so by these they come in turn.
    std::sort(order.begin() + 1, order.end(), [&](std::uint32_t a, std::uint32_t b) {
      if (paths_[a].parent != paths_[b].parent) return paths_[a].parent < paths_[b].parent;
      return compare_places(places, Group::kLine, lines.representative(paths_[a].line),
                            lines.representative(paths_[b].line)) < 0;
    });
    // Within what begins with the parent, the children follow one another.
    std::vector<std::uint32_t> result(paths_.size()), next(paths_.size(), 1);
    for (std::size_t i = 1; i < order.size(); ++i) {
      const std::uint32_t parent = paths_[order[i]].parent;
      result[order[i]] = result[parent] + next[parent];
      next[parent] += sizes[order[i]];
    }
    return result;
  }

 private:
  struct Path {
    std::uint32_t parent = 0;
    std::uint32_t line = 0;
  };
  IdMap ids_;  // by parent and line
  std::vector<Path> paths_ = {Path{}};
};

}  // namespace

Group parse_group(std::string_view text, std::string_view option) {
  const auto found = std::find(kGroups.begin(), kGroups.end(), text);
  if (found == kGroups.end()) {
    throw Error(std::string(option) + " " + std::string(text), "is no group",
                "choose lineno, filename, function, module, traceback, thread, process or size",
                ExitCode::kUsage);
  }
  return static_cast<Group>(found - kGroups.begin());
}

std::string_view name_of(Group group) { return kGroups[static_cast<std::size_t>(group)]; }

bool is_by_place(Group group) {
  return group == Group::kLine || group == Group::kFile || group == Group::kFunction ||
         group == Group::kModule;
}

PlaceKeys::PlaceKeys(const Places& places, Group group) : by_place_(places.size()) {
  IdMap keys, addresses, symbols, offsets;
  constexpr TextId kNone{0};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto id = PlaceId(i);
    const Place& place = places[id];
    if (group == Group::kModule) {
      add(id, keys, pair_of(place.module, kNone));
    } else if (group == Group::kFile) {
      add(id, keys, pair_of(place.where, kNone));
    } else if (group == Group::kFunction) {
      add(id, keys, pair_of(place.where, place.function));
    } else if (place.source) {
      add(id, keys, std::uint64_t{index_of(place.where)} << 32 | place.line);
    } else {
      const std::uint64_t symbol = id_in(symbols, pair_of(place.where, place.function));
      add(id, addresses, symbol << 32 | id_in(offsets, place.offset));
    }
  }
}

void PlaceKeys::add(PlaceId place, IdMap& keys, std::uint64_t key) {
  std::uint32_t id = keys.find(key);
  if (id == IdMap::kAbsent) {
    id = static_cast<std::uint32_t>(size());
    keys.insert(key, id);
    representatives_.push_back(place);
  }
  by_place_[index_of(place)] = id;
}

TracebackKeys::TracebackKeys(const RecordingData& data, const Places& places,
                             const PlaceKeys& lines)
    : by_trace_(data.traces.size()) {
  LinePaths paths;
  std::vector<std::uint32_t> path_by_trace(data.traces.size());
  for (std::size_t i = 1; i < data.traces.size(); ++i) {
    const Trace& trace = data.traces[i];
    std::uint32_t path = path_by_trace[index_of(trace.parent)];
    const std::span<const PlaceId> calls = places.of(trace.frame);
    for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
      path = paths.step(path, lines[*call]);
    }
    path_by_trace[i] = path;
  }
  const std::vector<std::uint32_t> positions = paths.positions(places, lines);
  std::vector<std::uint32_t> key_by_path(positions.size(), IdMap::kAbsent);
  for (std::size_t i = 0; i < data.traces.size(); ++i) {
    std::uint32_t& key = key_by_path[path_by_trace[i]];
    if (key == IdMap::kAbsent) {
      key = static_cast<std::uint32_t>(size());
      representatives_.push_back(TraceId(i));
      ranks_.push_back(positions[path_by_trace[i]]);
    }
    by_trace_[i] = key;
  }
}

std::vector<PlaceId> traceback(const Profile& profile, TraceId trace) {
  std::vector<PlaceId> places;
  for_each_place(profile.data(), profile.places(), trace,
                 [&](PlaceId place) { places.push_back(place); });
  std::reverse(places.begin(), places.end());
  return places;
}

int compare_tracebacks(const Places& places, std::span<const PlaceId> a,
                       std::span<const PlaceId> b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const int order = compare_places(places, Group::kLine, a[i], b[i]);
    if (order != 0) return order;
  }
  return compare_numbers(a.size(), b.size());
}

int compare_keys(const Profile& profile, Group group, const Key& a, const Key& b) {
  switch (group) {
    case Group::kThread:
      return compare_numbers(a.task, b.task);
    case Group::kProcess:
      return compare_numbers(a.process, b.process);
    case Group::kSize:
      return compare_numbers(a.size_class, b.size_class);
    case Group::kTraceback:
      return compare_tracebacks(profile.places(), traceback(profile, a.trace),
                                traceback(profile, b.trace));
    default:
      return compare_places(profile.places(), group, a.place, b.place);
  }
}

}  // namespace heaptally
