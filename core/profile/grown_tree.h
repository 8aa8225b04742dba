// GrownTree: a call tree while it is added up.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/base/id_map.h"
#include "core/profile/kept.h"
#include "core/profile/tree.h"

namespace heaptally {

// A snapshot that a tree is grown of. Both must outlive the tree.
struct GrownSide {
  const Profile& profile;
  const Kept& kept;
};

// Purpose: the keys of places of one profile, or of two beside each other.
// Threads: one at a time.
class SharedKeys {
 public:
  SharedKeys(const std::vector<GrownSide>& sides, Group group);

  std::uint32_t of(std::size_t side, PlaceId place);

 private:
  // Whatever the group, frames that were cut off are no code in no file.
  static constexpr std::uint32_t kCutKey = IdMap::kAbsent - 1;

  const std::vector<GrownSide>& sides_;
  Group group_;
  bool is_one_;                                          // all sides are of one profile
  std::vector<const PlaceKeys*> keys_;                   // by side
  std::vector<std::vector<std::uint32_t>> shared_;       // by side and its key
  std::unordered_map<std::uint64_t, std::uint32_t> by_;  // by hash of what keys are called
};

// Purpose: nodes by the way that leads to them, unordered. Node 0 is the root. Of two sides each
//   node has both amounts.
// Invariant: parents come before their children.
class GrownTree {
 public:
  static constexpr std::size_t kMostSides = 2;
  using Amounts = std::array<Amount, kMostSides>;  // by side

  struct Node {
    std::uint32_t key = 0;
    std::uint32_t parent = 0;
    std::uint32_t level = 0;  // see TreeShape::depth; valid once the amounts are
    PlaceId place{};          // the first that was met
    std::uint8_t side = 0;    // of `place`
    bool recursive = false;
    Amounts cumulative;
    Amounts self;
  };

  // `sides`: one, or two. All must outlive this object.
  GrownTree(const std::vector<GrownSide>& sides, const Query& query, const TreeShape& shape);

  // Adds the traces kept, each whole; or, if the shape is bottom-up, from the site outward, as far
  // as nodes are to be shown.
  void grow();

  const std::vector<Node>& nodes() const { return nodes_; }
  bool is_shown(const Node& node) const;
  std::uint64_t least() const { return least_; }

 private:
  // A place of a trace: of the frame of `trace`, counted from the innermost. At the root trace
  // stands kUnknownPlace.
  struct Position {
    TraceId trace{};
    std::size_t index = 0;
  };
  // An amount on its way outward, from a place that `node` stands for.
  struct Walker {
    std::uint32_t node;
    std::uint8_t side;
    Position next;
    Amount amount;
  };

  const Profile& profile(std::size_t side) const { return sides_[side].profile; }
  bool is_merged(std::size_t side, PlaceId place) const {
    return !merged_.empty() && merged_[side][index_of(place)];
  }
  Position site_of(std::size_t side, TraceId trace) const;
  // The node that a call to `place` leads to: a child or, where that call takes no node of its own,
  // `node` or one above it.
  std::uint32_t step(std::size_t side, std::uint32_t node, PlaceId place);
  std::uint32_t add_child(std::size_t side, std::uint32_t node, std::uint32_t key, PlaceId place);
  std::uint32_t above(std::uint32_t node, std::uint32_t key) const;
  void mark_recursive(std::size_t side, std::uint32_t node, PlaceId place);
  // From `node`, which stands for the caller of a frame, to the place at `index`.
  std::uint32_t descend(std::size_t side, std::uint32_t node, FrameId frame, std::size_t index);
  void grow_down(std::size_t side);
  void grow_up();
  void plant(std::size_t side, std::vector<Walker>& walkers);
  // Moves to the next place that is another node's. False: there is none.
  bool advance(Walker& walker);
  // Moves past the outermost place that is the node's.
  void leave(Walker& walker);
  void set_level(std::uint32_t node);

  const std::vector<GrownSide>& sides_;
  const TreeShape& shape_;
  SortBy sort_;
  std::uint64_t least_ = 0;
  SharedKeys keys_;
  std::vector<std::vector<bool>> merged_;  // by side and place; none if nothing is
  IdMap ids_;                              // by node and the key that is called from it
  std::vector<Node> nodes_;
};

}  // namespace heaptally
