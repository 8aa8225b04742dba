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

PlaceKeys::PlaceKeys(const Places& places, Group group)
    : places_(places), group_(group), by_place_(places.size(), kUnnumbered) {}

std::size_t PlaceKeys::Hash::operator()(const Part& part) const {
  const std::uint64_t hash =
      (part.texts ^ (part.number * 0xC2B2AE3D27D4EB4Fu)) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 32;
}

PlaceKeys::Part PlaceKeys::part(const Place& place) const {
  constexpr TextId kNone{0};
  switch (group_) {
    case Group::kFile:
      return {pair_of(place.where, kNone), 0};
    case Group::kFunction:
      return {pair_of(place.where, place.function), 0};
    case Group::kModule:
      return {pair_of(place.module, kNone), 0};
    default:
      break;
  }
  // Lines and addresses are told apart by the lowest bit.
  if (place.source) return {pair_of(place.where, kNone), std::uint64_t{place.line} * 2};
  return {pair_of(place.where, place.function), place.offset * 2 + 1};
}

std::uint32_t PlaceKeys::number(PlaceId place) {
  const auto [found, added] =
      keys_.try_emplace(part(places_[place]), static_cast<std::uint32_t>(size()));
  if (added) representatives_.push_back(place);
  return found->second;
}

TracebackKeys::TracebackKeys(const Profile& profile)
    : profile_(profile),
      lines_(profile.places(), Group::kLine),
      path_by_trace_(profile.data().traces.size(), kUnnumbered),
      key_by_path_(1, kUnnumbered) {
  paths_.reserve(profile.data().traces.size());
  path_by_trace_[index_of(kRootTrace)] = 0;
}

std::uint32_t TracebackKeys::path(std::uint32_t parent, FrameId frame) {
  const std::span<const PlaceId> places = profile_.places().of(frame);
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    const std::uint64_t step = std::uint64_t{parent} << 32 | lines_[*place];
    const auto [found, added] =
        paths_.try_emplace(step, static_cast<std::uint32_t>(key_by_path_.size()));
    if (added) key_by_path_.push_back(kUnnumbered);
    parent = found->second;
  }
  return parent;
}

std::uint32_t TracebackKeys::operator[](TraceId trace) {
  const std::vector<Trace>& traces = profile_.data().traces;
  // Out to the nearest numbered trace, and back in.
  std::vector<TraceId> unnumbered;
  TraceId known = trace;
  for (; path_by_trace_[index_of(known)] == kUnnumbered; known = traces[index_of(known)].parent) {
    unnumbered.push_back(known);
  }
  std::uint32_t number = path_by_trace_[index_of(known)];
  for (auto next = unnumbered.rbegin(); next != unnumbered.rend(); ++next) {
    number = path(number, traces[index_of(*next)].frame);
    path_by_trace_[index_of(*next)] = number;
  }
  if (key_by_path_[number] == kUnnumbered) {
    key_by_path_[number] = static_cast<std::uint32_t>(size());
    representatives_.push_back(trace);
  }
  return key_by_path_[number];
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
