// Two call trees laid on one another: what grew, what shrank, and along which calls.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/profile/difference.h"
#include "core/profile/tree.h"

namespace heaptally {

struct ComparedAmount {
  Amount before, after;

  Change change() const { return change_from(before, after); }
  friend bool operator==(const ComparedAmount&, const ComparedAmount&) = default;
};

// As CallNode, with what both snapshots have.
struct ComparedNode {
  PlaceId place{};        // of the newer profile, or of the older one where `vanished`
  bool vanished = false;  // the newer snapshot has nothing here
  bool recursive = false;
  std::uint32_t parent = 0;
  std::uint32_t depth = 0;
  ComparedAmount cumulative;
  ComparedAmount self;
  ComparedAmount left_out;
  std::uint32_t children_left_out = 0;
  std::uint32_t first_child = 0;
  std::uint32_t children = 0;
};

// Children of one node: by the size of the change, then as they are now; or as they are now, then
// by the size of the change: what vanished comes last. What counts is bytes, then blocks, or the
// other way round if the query sorts by count.
enum class ComparedOrder { kChange, kAfter };

// Purpose: the calls of two snapshots as one tree; of two moments of a run (what grew in between),
//   or of two recordings (the same program before and after, or one way of doing it beside
//   another). Where the profile is one, calls are the same if the query's group takes their places
//   together; where there are two, if they are called the same, see call_key. Between recordings,
//   Group::kFunction is the one to ask for: by lines, all below a line that moved is other calls.
// Invariants: those of CallTree, on either side: a node's amounts are what the CallTrees of the
//   two snapshots have there, nothing where one has no such node. What TreeShape::least leaves out
//   is less on both sides; a share is one of the greater of both wholes. A node is on the level of
//   its caller if it is on both sides.
// Threads: immutable once made. Cost: as two CallTrees.
class ComparedTree {
 public:
  // Errors: as CallTree.
  ComparedTree(const Side& before, const Side& after, const Query& query, const TreeShape& shape,
               ComparedOrder order);

  const ComparedNode& root() const { return nodes_.front(); }
  const std::vector<ComparedNode>& nodes() const { return nodes_; }
  std::span<const ComparedNode> children(const ComparedNode& node) const {
    return std::span(nodes_).subspan(node.first_child, node.children);
  }
  const ComparedAmount& whole() const { return whole_; }  // before the filters

  // As CallTree::only_callee, on both sides.
  const ComparedNode* only_callee(const ComparedNode& node) const;

 private:
  std::vector<ComparedNode> nodes_;
  ComparedAmount whole_;
  SortBy sort_;
  std::uint64_t least_ = 0;
};

}  // namespace heaptally
