// The ways of traces through a program, worked out one by one: what trees must agree with.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "core/profile/kept.h"
#include "core/profile/named_places.h"
#include "core/profile/portable_key.h"
#include "core/profile/tree.h"

namespace heaptally {

using WayKey = std::uint64_t;
using Way = std::vector<WayKey>;  // from the root of a tree on
using Ways = std::map<Way, Amount>;

inline WayKey way_key(const Profile& profile, Group group, PlaceId place) {
  return place == kCutPlace ? 1 : hash_of(call_key(profile, group, place));
}

inline void add_way(Ways& ways, const Way& way, Amount amount) {
  if (amount != Amount{}) ways[way] += amount;
}

// Of all traces kept, where they end.
inline Ways ways_of(const Profile& profile, const Snapshot& snapshot, const Query& query,
                    const TreeShape& shape) {
  const Places& places = profile.places();
  const Kept kept = keep(profile, snapshot, query);
  const std::vector<bool> merged = places_named_by(places, shape.merged, "--merge");
  Ways result;
  for (std::size_t i = 0; i < kept.by_trace.size(); ++i) {
    std::vector<PlaceId> calls;  // innermost first
    for_each_place(profile.data(), places, TraceId(i),
                   [&](PlaceId place) { calls.push_back(place); });
    calls.erase(calls.begin(), std::find(calls.begin(), calls.end(), profile.sites()[TraceId(i)]));
    if (calls.empty()) calls.push_back(kUnknownPlace);
    if (!shape.bottom_up) std::reverse(calls.begin(), calls.end());
    Way way;
    for (const PlaceId place : calls) {
      if (merged[index_of(place)]) continue;
      const WayKey key = way_key(profile, query.group, place);
      const auto before = shape.collapse_recursion ? std::find(way.begin(), way.end(), key)
                          : way.empty() || way.back() != key ? way.end()
                                                             : way.end() - 1;
      if (before == way.end()) {
        way.push_back(key);
      } else {
        way.erase(before + 1, way.end());
      }
    }
    add_way(result, way, kept.by_trace[i]);
  }
  return result;
}

// Where they end in a tree. `key(node)`, `self(node)`: of a node.
template <class Node, class Key, class Self>
Ways ends_in(const std::vector<Node>& nodes, Key key, Self self) {
  Ways result;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Way way;
    for (std::size_t node = i; node != 0; node = nodes[node].parent)
      way.push_back(key(nodes[node]));
    std::reverse(way.begin(), way.end());
    add_way(result, way, self(nodes[i]));
  }
  return result;
}

// Shapes in which every trace is told whole.
inline std::vector<TreeShape> whole_shapes(bool bottom_up) {
  std::vector<TreeShape> shapes;
  for (const bool collapse : {false, true}) {
    for (const std::vector<std::string>& merged :
         {std::vector<std::string>{}, {"f1"}, {"0.cpp", "libx.so"}, {"*"}}) {
      shapes.push_back(
          {.bottom_up = bottom_up, .least = {}, .collapse_recursion = collapse, .merged = merged});
    }
  }
  return shapes;
}

}  // namespace heaptally
