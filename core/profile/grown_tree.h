// GrownTree: a call tree while it is added up.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/id_map.h"
#include "core/profile/kept.h"
#include "core/profile/tree.h"

namespace heaptally {

// Purpose: nodes by the way that leads to them, unordered. Node 0 is the root.
// Invariant: parents come before their children.
class GrownTree {
 public:
  struct Node {
    std::uint32_t key = 0;
    std::uint32_t parent = 0;
    std::uint32_t level = 0;  // see TreeShape::depth; valid once the amounts are
    PlaceId place{};          // the first that was met
    bool recursive = false;
    Amount cumulative;
    Amount self;
  };

  GrownTree(const Profile& profile, const Query& query, const TreeShape& shape);

  // Adds the traces kept, each whole; or from the site outward, as far as nodes are to be shown.
  void grow_down(const Kept& kept);
  void grow_up(const Kept& kept);

  const std::vector<Node>& nodes() const { return nodes_; }
  bool is_shown(const Node& node) const;
  std::uint64_t least() const { return least_; }

 private:
  static constexpr std::uint32_t kCutKey = IdMap::kAbsent - 1;
  // A place of a trace: of the frame of `trace`, counted from the innermost. At the root trace
  // stands kUnknownPlace.
  struct Position {
    TraceId trace{};
    std::size_t index = 0;
  };
  // An amount on its way outward, from a place that `node` stands for.
  struct Walker {
    std::uint32_t node;
    Position next;
    Amount amount;
  };

  // Whatever the group, frames that were cut off are no code in no file.
  std::uint32_t key_of(PlaceId place) const { return place == kCutPlace ? kCutKey : keys_[place]; }
  Position site_of(TraceId trace) const;
  std::uint32_t child(std::uint32_t node, PlaceId place);
  // The same, but a call of itself stays in the node.
  std::uint32_t step(std::uint32_t node, PlaceId place);
  // From `node`, which stands for the caller of a frame, to the place at `index`.
  std::uint32_t descend(std::uint32_t node, FrameId frame, std::size_t index);
  void plant(std::vector<Walker>& walkers, const Kept& kept);
  // Moves to the next place that is another node's. False: there is none.
  bool advance(Walker& walker);
  void set_level(std::uint32_t node);

  const Profile& profile_;
  const TreeShape& shape_;
  SortBy sort_;
  std::uint64_t least_ = 0;
  const PlaceKeys& keys_;
  IdMap ids_;  // by parent and key
  std::vector<Node> nodes_;
};

}  // namespace heaptally
