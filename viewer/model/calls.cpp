#include "viewer/model/calls.h"

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/report/wording.h"
#include "viewer/model/key_names.h"

namespace heaptally::view {
namespace {

// The fields that both kinds of nodes have.
template <class Node>
Call call_of_node(const Node& node) {
  Call call;
  call.place = node.place;
  call.parent = node.parent;
  call.depth = node.depth;
  call.first_child = node.first_child;
  call.children = node.children;
  call.children_left_out = node.children_left_out;
  call.recursive = node.recursive;
  return call;
}

std::uint64_t mixed_hash(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  std::uint64_t hash = (a ^ (b + kOdd + (a << 6) + (a >> 2))) * kOdd;
  hash ^= hash >> 29;
  return hash;
}

// Purpose: hashes of texts, found out once for each: recordings may hold texts of megabytes. Texts
//   live as long as the recordings, so a view's address tells them apart.
class TextHashes {
 public:
  std::uint64_t operator()(std::string_view text) {
    const auto [found, is_new] = hashes_.emplace(text.data(), 0);
    if (is_new) found->second = std::hash<std::string_view>()(text);
    return found->second;
  }

 private:
  std::unordered_map<const void*, std::uint64_t> hashes_;
};

// What differs between calls of one group, as a number that is the same for all recordings.
std::uint64_t hash_of_call(TextHashes& hash, const Places& places, Group group, PlaceId id) {
  const Place& place = places[id];
  if (group == Group::kModule) return hash(places.module(id));
  std::uint64_t result = hash(places.where(id));
  if (group == Group::kFile) return result;
  result = mixed_hash(result, hash(places.function(id)));
  if (group == Group::kFunction) return result;
  return mixed_hash(result, place.source ? place.line : place.offset);
}

// The last part of a path.
std::string_view file_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string position_text(const Place& place) {
  return place.source ? fmt::format(":{}", place.line) : fmt::format("+0x{:x}", place.offset);
}

}  // namespace

Calls::Calls(std::shared_ptr<const Recording> recording, std::shared_ptr<const Recording> other,
             CallsQuestion question)
    : recording_(std::move(recording)), other_(std::move(other)), question_(std::move(question)) {
  const Selection& selection = question_.selection;
  Query query = query_of(selection);
  query.group = question_.group;
  TreeShape shape = shape_of(selection);
  shape.bottom_up = question_.bottom_up;
  if (shape.bottom_up) shape.least.share = kLeastBottomUp;
  if (question_.with_other && other_) {
    compare_recordings(query, shape);
  } else {
    measured_ = measure(*recording_, selection);
    phrase_ = phrase_of(*recording_, selection, *measured_);
    note_ = measured_->note;
    ask_one(query, shape);
  }
  tell_apart();
}

void Calls::ask_one(const Query& query, const TreeShape& shape) {
  const Profile& profile = recording_->profile(question_.selection.raw);
  if (measured_->before) {
    ask_two({profile, *measured_->before}, {profile, measured_->now}, query, shape);
    return;
  }
  const CallTree tree(profile, measured_->now, query, shape);
  whole_.after = tree.whole();
  nodes_.reserve(tree.nodes().size());
  for (const CallNode& node : tree.nodes()) {
    Call& call = nodes_.emplace_back(call_of_node(node));
    call.cumulative.after = node.cumulative;
    call.self.after = node.self;
    call.left_out = node.left_out;
  }
}

void Calls::ask_two(const Side& before, const Side& after, const Query& query,
                    const TreeShape& shape) {
  is_compared_ = true;
  const ComparedTree tree(before, after, query, shape, question_.order);
  whole_ = tree.whole();
  nodes_.reserve(tree.nodes().size());
  for (const ComparedNode& node : tree.nodes()) {
    Call& call = nodes_.emplace_back(call_of_node(node));
    call.vanished = node.vanished;
    call.cumulative = node.cumulative;
    call.self = node.self;
    call.left_out = node.left_out.after;
  }
}

void Calls::compare_recordings(const Query& query, const TreeShape& shape) {
  Selection selection = question_.selection;
  // A stretch of time of one run is none of another.
  if (selection.range) note_ = "Two runs are compared as a whole: the range does not count here. ";
  selection.range.reset();
  if (selection.metric == ViewMetric::kGrowth) {
    note_ += "Compared is what was live at the end of each. ";
    selection.metric = ViewMetric::kLive;
    selection.live_at = LiveAt::kEnd;
  }
  const Measured older = measure(*recording_, selection);
  const Measured newer = measure(*other_, selection);
  phrase_ = fmt::format("{}: from {} to {}", metric_phrase(selection),
                        short_text(recording_->name()), short_text(other_->name()));
  note_ += newer.note;
  ask_two({recording_->profile(selection.raw), older.now},
          {other_->profile(selection.raw), newer.now}, query, shape);
}

// Families are numbered as they are met, greatest first, so that as many as there are colours
// differ.
void Calls::tell_apart() {
  struct PlaceFacts {
    bool is_known = false;
    std::uint8_t shade = 0;
    std::uint16_t family = 0;
    std::uint64_t hash = 0;
  };
  TextHashes hash;
  std::unordered_map<std::uint64_t, std::uint16_t> families;
  std::array<std::vector<PlaceFacts>, 2> by_place;  // of the newer profile, of the older one
  path_hashes_.resize(nodes_.size());
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    Call& call = nodes_[i];
    const Places& places = profile_of(call).places();
    std::vector<PlaceFacts>& known = by_place.at(call.vanished ? 1 : 0);
    if (known.empty()) known.resize(places.size());
    PlaceFacts& facts = known[index_of(call.place)];
    if (!facts.is_known) {
      const auto next = static_cast<std::uint16_t>(families.size());
      facts.is_known = true;
      facts.family = families.emplace(hash(places.where(call.place)), next).first->second;
      facts.shade = static_cast<std::uint8_t>(hash(places.function(call.place)) % 251);
      facts.hash = hash_of_call(hash, places, question_.group, call.place);
    }
    call.family = facts.family;
    call.shade = facts.shade;
    path_hashes_[i] = mixed_hash(path_hashes_[call.parent], facts.hash);
  }
}

std::uint32_t Calls::find(std::uint64_t path_hash) const {
  const auto found = std::find(path_hashes_.begin(), path_hashes_.end(), path_hash);
  return found == path_hashes_.end() ? 0 : static_cast<std::uint32_t>(found - path_hashes_.begin());
}

const Profile& Calls::profile_of(const Call& call) const {
  const bool is_newer = question_.with_other && other_ != nullptr && !call.vanished;
  return (is_newer ? *other_ : *recording_).profile(question_.selection.raw);
}

std::string Calls::name(std::uint32_t node) const {
  if (node == 0) return "all";
  const Call& call = nodes_[node];
  const Places& places = profile_of(call).places();
  const Place& place = places[call.place];
  if (call.place == kCutPlace) return "... (outermost frames were cut off)";
  if (question_.group == Group::kModule) return short_text(file_name(places.module(call.place)));
  const std::string_view file = file_name(places.where(call.place));
  if (question_.group == Group::kFile) return short_text(file);
  if (call.place == kUnknownPlace) return short_text(file);
  const bool is_line = question_.group == Group::kLine;
  // All code of a module without names is one function.
  if (place.function == TextId{}) {
    return is_line ? short_text(file) + position_text(place) : "?? (" + short_text(file) + ")";
  }
  std::string name = short_function(places, call.place);
  if (!is_line) return name;
  if (!place.source) return name + position_text(place);
  return fmt::format("{} ({}{})", name, short_text(file), position_text(place));
}

std::string Calls::where(std::uint32_t node) const {
  const Call& call = nodes_[node];
  const Places& places = profile_of(call).places();
  const Place& place = places[call.place];
  std::string text = short_text(places.where(call.place));
  if (place.source && question_.group != Group::kFile) text += position_text(place);
  return text;
}

std::string Calls::module(std::uint32_t node) const {
  const Call& call = nodes_[node];
  return short_text(profile_of(call).places().module(call.place));
}

std::string Calls::label(std::uint32_t node) const {
  if (node == 0) return "all";
  const Call& call = nodes_[node];
  const Places& places = profile_of(call).places();
  const Place& place = places[call.place];
  std::string path = short_text(places.where(call.place));
  switch (question_.group) {
    case Group::kModule:
      return place.module == TextId{} ? path : module(node);
    case Group::kFile:
      return path;
    case Group::kFunction:
      if (place.function == TextId{} && call.place != kUnknownPlace) return "?? (" + path + ")";
      break;
    default:
      if (place.function == TextId{} && !place.source && place.offset != 0) {
        return path + position_text(place);
      }
  }
  if (call.place == kUnknownPlace || call.place == kCutPlace) return name(node);
  const std::string function = short_function(places, call.place);
  if (question_.group != Group::kLine) return fmt::format("{} ({})", function, path);
  if (place.source && function.empty()) return path + position_text(place);
  if (place.source) return fmt::format("{} ({}{})", function, path, position_text(place));
  return fmt::format("{}{} ({})", function, position_text(place), path);
}

std::vector<std::uint32_t> Calls::path(std::uint32_t node) const {
  std::vector<std::uint32_t> nodes = {node};
  while (nodes.back() != 0) nodes.push_back(nodes_[nodes.back()].parent);
  std::reverse(nodes.begin(), nodes.end());
  return nodes;
}

}  // namespace heaptally::view
