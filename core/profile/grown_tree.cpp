#include "core/profile/grown_tree.h"

#include <algorithm>

namespace heaptally {
namespace {

constexpr Amount kNoAmount{};

}  // namespace

GrownTree::GrownTree(const Profile& profile, const Query& query, const TreeShape& shape)
    : profile_(profile),
      shape_(shape),
      sort_(query.sort),
      keys_(profile.places(), query.group),
      nodes_(1) {
  nodes_[0].key = IdMap::kAbsent;
}

bool GrownTree::is_shown(const Node& node) const {
  if (shape_.depth != 0 && node.level > shape_.depth) return false;
  return measure(sort_, node.cumulative) >= least_;
}

GrownTree::Position GrownTree::site_of(TraceId trace) const {
  // Whatever is more recent than the site is machinery, so it cannot be the site's place.
  const PlaceId site = profile_.sites()[trace];
  for (; trace != kRootTrace; trace = profile_.data().traces[index_of(trace)].parent) {
    const auto places = profile_.places().of(profile_.data().traces[index_of(trace)].frame);
    const auto found = std::find(places.begin(), places.end(), site);
    if (found != places.end()) {
      return {trace, static_cast<std::size_t>(found - places.begin())};
    }
  }
  return {};
}

std::uint32_t GrownTree::child(std::uint32_t node, PlaceId place) {
  const std::uint32_t key = key_of(place);
  const std::uint64_t step = std::uint64_t{node} << 32 | key;
  std::uint32_t id = ids_.find(step);
  if (id != IdMap::kAbsent) return id;
  id = static_cast<std::uint32_t>(nodes_.size());
  ids_.insert(step, id);
  Node& added = nodes_.emplace_back();
  added.key = key;
  added.parent = node;
  added.place = place;
  return id;
}

std::uint32_t GrownTree::step(std::uint32_t node, PlaceId place) {
  if (nodes_[node].key != key_of(place)) return child(node, place);
  const Places& places = profile_.places();
  // Files and modules call themselves all the time.
  if (places[nodes_[node].place].function == places[place].function) nodes_[node].recursive = true;
  return node;
}

std::uint32_t GrownTree::descend(std::uint32_t node, FrameId frame, std::size_t index) {
  const auto places = profile_.places().of(frame);
  for (std::size_t i = places.size(); i > index; --i) node = step(node, places[i - 1]);
  return node;
}

void GrownTree::set_level(std::uint32_t id) {
  Node& node = nodes_[id];
  const Node& parent = nodes_[node.parent];
  const bool is_same =
      node.parent != 0 && goes_on(parent.cumulative, node.cumulative, sort_, least_);
  node.level = parent.level + (is_same ? 0 : 1);
}

void GrownTree::grow_down(const Kept& kept) {
  const std::vector<Trace>& traces = profile_.data().traces;
  least_ = shape_.least.of(measure(sort_, kept.kept));
  struct End {
    Position site;
    Amount amount;
  };
  std::vector<End> ends;
  std::vector<bool> passed(traces.size());
  for (std::size_t i = 0; i < kept.by_trace.size(); ++i) {
    if (kept.by_trace[i] == kNoAmount) continue;
    ends.push_back({site_of(TraceId(i)), kept.by_trace[i]});
    passed[index_of(traces[index_of(ends.back().site.trace)].parent)] = true;
  }
  for (std::size_t i = traces.size(); i-- > 1;) {
    if (passed[i]) passed[index_of(traces[i].parent)] = true;
  }

  std::vector<std::uint32_t> node_of(traces.size());
  for (std::size_t i = 1; i < traces.size(); ++i) {
    if (!passed[i]) continue;
    node_of[i] = descend(node_of[index_of(traces[i].parent)], traces[i].frame, 0);
  }
  for (const auto& [site, amount] : ends) {
    const Trace& trace = traces[index_of(site.trace)];
    const std::uint32_t node = site.trace == kRootTrace ? child(0, kUnknownPlace)
                                                        : descend(node_of[index_of(trace.parent)],
                                                                  trace.frame, site.index);
    nodes_[node].self += amount;
    nodes_[node].cumulative += amount;
  }
  for (std::uint32_t i = static_cast<std::uint32_t>(nodes_.size()); i-- > 1;) {
    nodes_[nodes_[i].parent].cumulative += nodes_[i].cumulative;
  }
  for (std::uint32_t i = 1; i < nodes_.size(); ++i) set_level(i);
}

void GrownTree::plant(std::vector<Walker>& walkers, const Kept& kept) {
  const std::vector<Trace>& traces = profile_.data().traces;
  for (std::size_t i = 0; i < kept.by_trace.size(); ++i) {
    const Amount amount = kept.by_trace[i];
    if (amount == kNoAmount) continue;
    Position site = site_of(TraceId(i));
    const PlaceId place =
        site.trace == kRootTrace
            ? kUnknownPlace
            : profile_.places().of(traces[index_of(site.trace)].frame)[site.index];
    const std::uint32_t node = child(0, place);
    nodes_[node].cumulative += amount;
    ++site.index;
    walkers.push_back({node, site, amount});
  }
}

bool GrownTree::advance(Walker& walker) {
  const std::vector<Trace>& traces = profile_.data().traces;
  Position& next = walker.next;
  while (next.trace != kRootTrace) {
    const Trace& trace = traces[index_of(next.trace)];
    const auto places = profile_.places().of(trace.frame);
    for (; next.index < places.size(); ++next.index) {
      const std::uint32_t reached = step(walker.node, places[next.index]);
      if (reached == walker.node) continue;
      walker.node = reached;
      ++next.index;
      return true;
    }
    next = {trace.parent, 0};
  }
  return false;
}

void GrownTree::grow_up(const Kept& kept) {
  least_ = shape_.least.of(measure(sort_, kept.kept));
  nodes_[0].cumulative = kept.kept;
  std::vector<Walker> walkers;
  plant(walkers, kept);
  // A step outward of all walkers at once: then it is known which nodes are large enough to be
  // worth going on from.
  for (std::uint32_t first = 1; !walkers.empty();) {
    const auto last = static_cast<std::uint32_t>(nodes_.size());
    for (; first < last; ++first) set_level(first);
    std::size_t remaining = 0;
    for (Walker walker : walkers) {
      if (!is_shown(nodes_[walker.node])) continue;
      const std::uint32_t from = walker.node;
      if (advance(walker)) {
        nodes_[walker.node].cumulative += walker.amount;
        walkers[remaining++] = walker;
      } else {
        nodes_[from].self += walker.amount;
      }
    }
    walkers.resize(remaining);
  }
}

}  // namespace heaptally
