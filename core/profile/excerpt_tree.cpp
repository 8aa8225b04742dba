#include "core/profile/excerpt_tree.h"

#include <algorithm>

namespace heaptally {
namespace {

constexpr std::uint32_t kFoldedPlace = IdMap::kAbsent - 1;

// How far in a trace lies its allocation site: the trace whose frame has it, and the place's index.
struct Site {
  TraceId trace{};
  std::size_t index = 0;
};

Site find_site(const Profile& profile, TraceId trace) {
  const PlaceId site = profile.sites()[trace];
  for (; trace != kRootTrace; trace = profile.data().traces[index_of(trace)].parent) {
    const auto places = profile.places().of(profile.data().traces[index_of(trace)].frame);
    const auto found = std::find(places.begin(), places.end(), site);
    if (found != places.end()) return {trace, static_cast<std::size_t>(found - places.begin())};
  }
  return {};
}

}  // namespace

bool TallyMeasures::is_share_of(const TallyMeasures& whole, double share) const {
  for (std::size_t i = 0; i < kCount; ++i) {
    if (values[i] != 0 &&
        static_cast<double>(values[i]) >= share * static_cast<double>(whole.values[i])) {
      return true;
    }
  }
  return false;
}

ExcerptTree::ExcerptTree(const Profile& profile, const std::vector<TallyMeasures>& measures,
                         const std::vector<bool>& counts, double least_share) {
  grow(profile, counts);
  cut(profile, measures, counts, least_share);
}

std::uint32_t ExcerptTree::whole_child(std::uint32_t node, PlaceId place) {
  // What calls itself in one place takes no node of its own.
  if (node != 0 && whole_[node].place == place) return node;
  const std::uint64_t key = std::uint64_t{node} << 32 | static_cast<std::uint32_t>(place);
  std::uint32_t id = whole_ids_.find(key);
  if (id != IdMap::kAbsent) return id;
  id = static_cast<std::uint32_t>(whole_.size());
  whole_ids_.insert(key, id);
  whole_.push_back({node, place});
  return id;
}

std::uint32_t ExcerptTree::child(std::uint32_t node, PlaceId place, bool folded) {
  const std::uint64_t key =
      std::uint64_t{node} << 32 | (folded ? kFoldedPlace : static_cast<std::uint32_t>(place));
  std::uint32_t id = ids_.find(key);
  if (id != IdMap::kAbsent) return id;
  id = static_cast<std::uint32_t>(nodes_.size());
  ids_.insert(key, id);
  nodes_.push_back({.parent = node, .place = place, .folded = folded});
  return id;
}

// Parents come before their children, so that one pass goes down all ways.
void ExcerptTree::grow(const Profile& profile, const std::vector<bool>& counts) {
  const std::vector<Trace>& traces = profile.data().traces;
  std::vector<Site> sites(traces.size());
  std::vector<bool> passed(traces.size());
  for (std::size_t i = 0; i < traces.size(); ++i) {
    if (!counts[i]) continue;
    sites[i] = find_site(profile, TraceId(i));
    if (sites[i].trace != kRootTrace)
      passed[index_of(traces[index_of(sites[i].trace)].parent)] = true;
  }
  for (std::size_t i = traces.size(); i-- > 1;) {
    if (passed[i]) passed[index_of(traces[i].parent)] = true;
  }
  const auto descend = [&](std::uint32_t node, FrameId frame, std::size_t index) {
    const auto places = profile.places().of(frame);
    for (std::size_t i = places.size(); i > index; --i) node = whole_child(node, places[i - 1]);
    return node;
  };
  std::vector<std::uint32_t> node_of(traces.size());
  for (std::size_t i = 1; i < traces.size(); ++i) {
    if (passed[i]) node_of[i] = descend(node_of[index_of(traces[i].parent)], traces[i].frame, 0);
  }
  whole_of_trace_.resize(traces.size());
  for (std::size_t i = 0; i < traces.size(); ++i) {
    if (!counts[i]) continue;
    if (sites[i].trace == kRootTrace) {
      whole_of_trace_[i] = whole_child(0, kUnknownPlace);
      continue;
    }
    const Trace& trace = traces[index_of(sites[i].trace)];
    whole_of_trace_[i] = descend(node_of[index_of(trace.parent)], trace.frame, sites[i].index);
  }
}

void ExcerptTree::cut(const Profile& profile, const std::vector<TallyMeasures>& measures,
                      const std::vector<bool>& counts, double least_share) {
  std::vector<TallyMeasures> sums(whole_.size());
  std::vector<TallyMeasures> of_places(profile.places().size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!counts[i]) continue;
    sums[whole_of_trace_[i]] += measures[i];
    of_places[index_of(whole_[whole_of_trace_[i]].place)] += measures[i];
  }
  for (std::size_t i = sums.size(); i-- > 1;) sums[whole_[i].parent] += sums[i];

  // By whole node: where its way ends if it is large enough, else where that of its caller does.
  std::vector<std::uint32_t> node_of(whole_.size());
  std::vector<bool> is_large(whole_.size());
  for (std::size_t i = 1; i < whole_.size(); ++i) {
    is_large[i] = sums[i].is_share_of(sums[0], least_share);
    const std::uint32_t above = node_of[whole_[i].parent];
    node_of[i] = is_large[i] ? child(above, whole_[i].place, false) : above;
  }
  node_of_trace_.resize(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!counts[i]) continue;
    const std::uint32_t whole = whole_of_trace_[i];
    node_of_trace_[i] = node_of[whole];
    if (is_large[whole]) continue;
    const PlaceId site = whole_[whole].place;
    const bool has_line = of_places[index_of(site)].is_share_of(sums[0], least_share);
    const std::uint32_t node = child(node_of[whole], site, !has_line);
    const std::uint32_t parent = whole_[whole].parent;
    const bool is_shortened = parent != 0 && !is_large[parent];
    nodes_[node].shortened = nodes_[node].shortened || is_shortened;
    shortened_traces_ += is_shortened || !has_line;
    node_of_trace_[i] = node;
  }
}

}  // namespace heaptally
