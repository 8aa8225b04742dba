#include <algorithm>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/report/flame_report.h"
#include "core/report/labels.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

std::uint64_t self_of(SortBy sort, const CallNode& node) { return measure(sort, node.self); }

std::string folded_name(const Profile& profile, Group group, PlaceId place) {
  std::string name = flame_name(profile, group, place);
  std::replace(name.begin(), name.end(), ';', ':');
  return name;
}

// Each stack that has memory of its own, with it.
std::map<std::string, std::uint64_t> stacks_of(const FlameSide& side, const Query& query) {
  std::map<std::string, std::uint64_t> stacks;
  const std::vector<CallNode>& nodes = side.tree.nodes();
  std::map<PlaceId, std::string> names;
  std::vector<std::string_view> calls;
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const std::uint64_t value = self_of(query.sort, nodes[i]);
    if (value == 0) continue;
    calls.clear();
    for (std::size_t node = i; node != 0; node = nodes[node].parent) {
      std::string& name = names[nodes[node].place];
      if (name.empty()) name = folded_name(side.profile, query.group, nodes[node].place);
      calls.emplace_back(name);
    }
    stacks[fmt::format("{}", fmt::join(calls.rbegin(), calls.rend(), ";"))] += value;
  }
  return stacks;
}

}  // namespace

std::string flame_name(const Profile& profile, Group group, PlaceId place) {
  const Places& places = profile.places();
  std::string name;
  if (group == Group::kFunction) name = places.function(place);
  if (group == Group::kFile) name = places.where(place);
  if (group == Group::kModule) name = places.module(place);
  if (name.empty()) name = call_label(profile, group, place);
  return printable(name);
}

void write_folded(const FlameReport& report, std::ostream& out) {
  const auto now = stacks_of(report.now, report.query);
  if (report.before == nullptr) {
    for (const auto& [stack, value] : now) {
      if (!(out << stack << ' ' << value << '\n')) return;
    }
    return;
  }
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> both;
  for (const auto& [stack, value] : stacks_of(*report.before, report.query)) {
    both[stack].first = value;
  }
  for (const auto& [stack, value] : now) both[stack].second = value;
  for (const auto& [stack, values] : both) {
    if (!(out << stack << ' ' << values.first << ' ' << values.second << '\n')) return;
  }
}

}  // namespace heaptally
