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

// What stacks come to, before and now.
using FoldedStacks = std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>;

std::string folded_name(const Profile& profile, Group group, PlaceId place) {
  std::string name = flame_name(profile, group, place);
  std::replace(name.begin(), name.end(), ';', ':');
  return name;
}

// Each stack that has memory of its own, with it.
FoldedStacks stacks_of(const FlameReport& report) {
  FoldedStacks stacks;
  const std::vector<FlameNode>& nodes = report.nodes;
  std::map<std::pair<const Profile*, PlaceId>, std::string> names;
  std::vector<std::string_view> calls;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::uint64_t before = measure(report.query.sort, nodes[i].self.before);
    const std::uint64_t now = measure(report.query.sort, nodes[i].self.after);
    if (before == 0 && now == 0) continue;
    calls.clear();
    for (std::size_t id = i; id != 0; id = nodes[id].parent) {
      const FlameNode& node = nodes[id];
      std::string& name = names[{node.profile, node.place}];
      if (name.empty()) name = folded_name(*node.profile, report.query.group, node.place);
      calls.emplace_back(name);
    }
    if (calls.empty()) calls.emplace_back("(merged)");
    auto& stack = stacks[fmt::format("{}", fmt::join(calls.rbegin(), calls.rend(), ";"))];
    stack.first += before;
    stack.second += now;
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
  for (const auto& [stack, values] : stacks_of(report)) {
    out << stack << ' ';
    if (report.is_compared) out << values.first << ' ';
    if (!(out << values.second << '\n')) return;
  }
}

}  // namespace heaptally
