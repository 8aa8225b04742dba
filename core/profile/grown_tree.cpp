#include "core/profile/grown_tree.h"

#include <algorithm>

#include "core/profile/groupings.h"
#include "core/profile/named_places.h"
#include "core/profile/portable_key.h"

namespace heaptally {
namespace {

constexpr Amount kNoAmount{};
// As deep as stacks are recorded. Without a bound a hostile recording would take forever.
constexpr std::size_t kFarthestCall = 8192;

}  // namespace

SharedKeys::SharedKeys(const std::vector<GrownSide>& sides, Group group)
    : sides_(sides),
      group_(group),
      is_one_(&sides.front().profile == &sides.back().profile),
      shared_(sides.size()) {
  keys_.reserve(sides.size());
  for (const GrownSide& side : sides) keys_.push_back(&side.profile.groupings().places(group));
}

std::uint32_t SharedKeys::of(std::size_t side, PlaceId place) {
  if (place == kCutPlace) return kCutKey;
  if (is_one_) return (*keys_.front())[place];
  const std::uint32_t own = (*keys_[side])[place];
  std::vector<std::uint32_t>& shared = shared_[side];
  while (shared.size() <= own) {
    const PlaceId next = keys_[side]->representative(static_cast<std::uint32_t>(shared.size()));
    const std::uint64_t hash = hash_of(call_key(sides_[side].profile, group_, next));
    shared.push_back(by_.try_emplace(hash, static_cast<std::uint32_t>(by_.size())).first->second);
  }
  return shared[own];
}

GrownTree::GrownTree(const std::vector<GrownSide>& sides, const Query& query,
                     const TreeShape& shape)
    : sides_(sides), shape_(shape), sort_(query.sort), keys_(sides, query.group), nodes_(1) {
  nodes_[0].key = IdMap::kAbsent;
  std::uint64_t whole = 0;
  for (const GrownSide& side : sides) {
    whole = std::max(whole, measure(sort_, side.kept.kept));
    if (shape.merged.empty()) continue;
    merged_.push_back(places_named_by(side.profile.places(), shape.merged, "--merge"));
  }
  least_ = shape.least.of(whole);
}

void GrownTree::grow() {
  if (shape_.bottom_up) {
    grow_up();
    return;
  }
  for (std::size_t side = 0; side < sides_.size(); ++side) grow_down(side);
  for (auto i = static_cast<std::uint32_t>(nodes_.size()); i-- > 0;) {
    for (std::size_t side = 0; side < sides_.size(); ++side) {
      nodes_[i].cumulative[side] += nodes_[i].self[side];
      if (i != 0) nodes_[nodes_[i].parent].cumulative[side] += nodes_[i].cumulative[side];
    }
  }
  for (std::uint32_t i = 1; i < nodes_.size(); ++i) set_level(i);
}

bool GrownTree::is_shown(const Node& node) const {
  if (shape_.depth != 0 && node.level > shape_.depth) return false;
  return std::any_of(node.cumulative.begin(), node.cumulative.begin() + sides_.size(),
                     [&](Amount amount) { return measure(sort_, amount) >= least_; });
}

GrownTree::Position GrownTree::site_of(std::size_t side, TraceId trace) const {
  // Whatever is more recent than the site is machinery, so it cannot be the site's place.
  const RecordingData& data = profile(side).data();
  const PlaceId site = profile(side).sites()[trace];
  for (; trace != kRootTrace; trace = data.traces[index_of(trace)].parent) {
    const auto places = profile(side).places().of(data.traces[index_of(trace)].frame);
    const auto found = std::find(places.begin(), places.end(), site);
    if (found != places.end()) {
      return {trace, static_cast<std::size_t>(found - places.begin())};
    }
  }
  return {};
}

std::uint32_t GrownTree::add_child(std::size_t side, std::uint32_t node, std::uint32_t key,
                                   PlaceId place) {
  const auto id = static_cast<std::uint32_t>(nodes_.size());
  Node& added = nodes_.emplace_back();
  added.key = key;
  added.parent = node;
  added.place = place;
  added.side = static_cast<std::uint8_t>(side);
  return id;
}

std::uint32_t GrownTree::above(std::uint32_t node, std::uint32_t key) const {
  for (std::size_t i = 0; i < kFarthestCall && node != 0; ++i) {
    node = nodes_[node].parent;
    if (nodes_[node].key == key) return node;
  }
  return IdMap::kAbsent;
}

void GrownTree::mark_recursive(std::size_t side, std::uint32_t id, PlaceId place) {
  Node& node = nodes_[id];
  if (node.recursive) return;
  const Places& places = profile(side).places();
  const Places& others = profile(node.side).places();
  // Files and modules call themselves all the time.
  node.recursive = &places == &others ? places[place].function == places[node.place].function
                                      : places.function(place) == others.function(node.place);
}

std::uint32_t GrownTree::step(std::size_t side, std::uint32_t node, PlaceId place) {
  if (is_merged(side, place)) return node;
  const std::uint32_t key = keys_.of(side, place);
  std::uint32_t id = node;
  if (nodes_[node].key != key) {
    const std::uint64_t call = std::uint64_t{node} << 32 | key;
    id = ids_.find(call);
    if (id == IdMap::kAbsent) {
      if (shape_.collapse_recursion) id = above(node, key);
      if (id == IdMap::kAbsent) id = add_child(side, node, key, place);
      ids_.insert(call, id);
    }
  }
  // Children come after their parents.
  if (id <= node) mark_recursive(side, id, place);
  return id;
}

std::uint32_t GrownTree::descend(std::size_t side, std::uint32_t node, FrameId frame,
                                 std::size_t index) {
  const auto places = profile(side).places().of(frame);
  for (std::size_t i = places.size(); i > index; --i) node = step(side, node, places[i - 1]);
  return node;
}

void GrownTree::set_level(std::uint32_t id) {
  Node& node = nodes_[id];
  const Node& parent = nodes_[node.parent];
  bool is_same = node.parent != 0;
  for (std::size_t side = 0; side < sides_.size(); ++side) {
    is_same = is_same && goes_on(parent.cumulative[side], node.cumulative[side], sort_, least_);
  }
  node.level = parent.level + (is_same ? 0 : 1);
}

void GrownTree::grow_down(std::size_t side) {
  const std::vector<Trace>& traces = profile(side).data().traces;
  const std::vector<Amount>& amounts = sides_[side].kept.by_trace;
  struct End {
    Position site;
    Amount amount;
  };
  std::vector<End> ends;
  std::vector<bool> passed(traces.size());
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    if (amounts[i] == kNoAmount) continue;
    ends.push_back({site_of(side, TraceId(i)), amounts[i]});
    passed[index_of(traces[index_of(ends.back().site.trace)].parent)] = true;
  }
  for (std::size_t i = traces.size(); i-- > 1;) {
    if (passed[i]) passed[index_of(traces[i].parent)] = true;
  }

  std::vector<std::uint32_t> node_of(traces.size());
  for (std::size_t i = 1; i < traces.size(); ++i) {
    if (!passed[i]) continue;
    node_of[i] = descend(side, node_of[index_of(traces[i].parent)], traces[i].frame, 0);
  }
  for (const auto& [site, amount] : ends) {
    const Trace& trace = traces[index_of(site.trace)];
    const std::uint32_t node =
        site.trace == kRootTrace
            ? step(side, 0, kUnknownPlace)
            : descend(side, node_of[index_of(trace.parent)], trace.frame, site.index);
    nodes_[node].self[side] += amount;
  }
}

void GrownTree::plant(std::size_t side, std::vector<Walker>& walkers) {
  const std::vector<Amount>& amounts = sides_[side].kept.by_trace;
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    const Amount amount = amounts[i];
    if (amount == kNoAmount) continue;
    Walker walker{0, static_cast<std::uint8_t>(side), site_of(side, TraceId(i)), amount};
    bool is_planted = false;
    if (walker.next.trace == kRootTrace) {
      walker.node = step(side, 0, kUnknownPlace);
      is_planted = walker.node != 0;
    } else {
      is_planted = advance(walker);
    }
    if (is_planted) {
      nodes_[walker.node].cumulative[side] += amount;
      walkers.push_back(walker);
    } else {
      nodes_[0].self[side] += amount;
    }
  }
}

void GrownTree::leave(Walker& walker) {
  const std::vector<Trace>& traces = profile(walker.side).data().traces;
  const Places& all = profile(walker.side).places();
  const std::uint32_t key = nodes_[walker.node].key;
  for (Position at = walker.next; at.trace != kRootTrace;) {
    const Trace& trace = traces[index_of(at.trace)];
    const auto places = all.of(trace.frame);
    for (; at.index < places.size(); ++at.index) {
      const PlaceId place = places[at.index];
      if (is_merged(walker.side, place) || keys_.of(walker.side, place) != key) continue;
      walker.next = {at.trace, at.index + 1};
      mark_recursive(walker.side, walker.node, place);
    }
    at = {trace.parent, 0};
  }
}

bool GrownTree::advance(Walker& walker) {
  if (shape_.collapse_recursion && walker.node != 0) leave(walker);
  const RecordingData& data = profile(walker.side).data();
  Position& next = walker.next;
  while (next.trace != kRootTrace) {
    const Trace& trace = data.traces[index_of(next.trace)];
    const auto places = profile(walker.side).places().of(trace.frame);
    for (; next.index < places.size(); ++next.index) {
      const std::uint32_t reached = step(walker.side, walker.node, places[next.index]);
      if (reached == walker.node) continue;
      walker.node = reached;
      ++next.index;
      return true;
    }
    next = {trace.parent, 0};
  }
  return false;
}

void GrownTree::grow_up() {
  std::vector<Walker> walkers;
  for (std::size_t side = 0; side < sides_.size(); ++side) {
    nodes_[0].cumulative[side] = sides_[side].kept.kept;
    plant(side, walkers);
  }
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
        nodes_[walker.node].cumulative[walker.side] += walker.amount;
        walkers[remaining++] = walker;
      } else {
        nodes_[from].self[walker.side] += walker.amount;
      }
    }
    walkers.resize(remaining);
  }
}

}  // namespace heaptally
