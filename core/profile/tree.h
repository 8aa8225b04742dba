// Call trees: where on their way through the program the traces of a snapshot part.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/profile/statistics.h"
#include "core/profile/threshold.h"

namespace heaptally {

// What all traces have in common that took one way from the root of a tree.
struct CallNode {
  PlaceId place{};           // a representative of what the group takes together; not the root's
  std::uint32_t parent = 0;  // an index, as below; the root is its own
  std::uint32_t depth = 0;   // how many calls below the root
  bool recursive = false;    // calls itself, which takes no node of its own
  Amount cumulative;         // of all traces that pass here or end here
  Amount self;               // of those that end here
  Amount left_out;           // of children that are not in the tree
  std::uint32_t children_left_out = 0;
  std::uint32_t first_child = 0;
  std::uint32_t children = 0;  // they follow one another, greatest first
};

// How a tree is grown.
struct TreeShape {
  bool bottom_up = false;  // from the allocation sites outward, instead of from the outermost calls
  Threshold least;         // of bytes, or blocks if the query sorts by them; children below go
  // How many levels; 0 for all. A callee that gets all that its caller has, but
  // for less than `least`, is on the same level.
  std::uint32_t depth = 0;
  // A call to what is on the way to it already, directly or through others, is no node below: the
  // way goes back to that node and on from there, so that m, a, b, a, c is the way m, a, c. Then no
  // node is twice on a way, and of the way from b to the second a nothing is told: b's amounts do
  // not have what was allocated by it. A call of itself alone takes no node in any case. From the
  // sites outward the same is done outward, which may leave other callers in between. Calls are
  // looked for at most 8,192 nodes back, the deepest stack that is recorded.
  bool collapse_recursion = false;
  // Places that take no node, as named_places has them: what they call is called by their caller,
  // what they allocate is allocated there, and what has no caller left is the root's own. Before
  // recursion is looked for. Names that name nothing merge nothing.
  std::vector<std::string> merged = {};
};

// What counts of an amount in this order.
constexpr std::uint64_t measure(SortBy sort, Amount amount) {
  return sort == SortBy::kSize ? amount.bytes : amount.count;
}

// Whether of what a caller has less than `least` does not go on to the callee.
constexpr bool goes_on(Amount caller, Amount callee, SortBy sort, std::uint64_t least) {
  return caller == callee || measure(sort, caller - callee) < least;
}

// Errors: Error of usage if the query's group is not by place.
void check_tree(const Query& query);

// Purpose: a snapshot as a tree of calls. A trace is the way from its outermost frame to its
//   allocation site; what machinery was called there is left away (with SiteRules::raw there is
//   none), so top-down the nodes where traces end, and bottom-up the root's children, are the rows
//   of statistics().
// Invariants: cumulative = self + that of the children + left_out, and that of the root is what
//   statistics() has kept; parents come before their children; equal amounts are in the order of
//   statistics(). Of one key's nodes, those with none of the key above them sum up to its
//   cumulative statistic, if nothing is left out, merged or collapsed.
// Threads: immutable once made. Cost: top-down one pass over the traces; bottom-up the calls of
//   all traces that nodes of the tree stand for.
class CallTree {
 public:
  // `query` says what counts, what a node is and in which order. Errors: as check_tree and
  // statistics(); Error of usage if a merged place is none.
  CallTree(const Profile& profile, const Snapshot& snapshot, const Query& query,
           const TreeShape& shape);

  const CallNode& root() const { return nodes_.front(); }
  const std::vector<CallNode>& nodes() const { return nodes_; }
  std::span<const CallNode> children(const CallNode& node) const {
    return std::span(nodes_).subspan(node.first_child, node.children);
  }
  Amount whole() const { return whole_; }  // before the filters

  // The one callee that gets all that `node` has, but for less than TreeShape::least; none if there
  // is no such.
  const CallNode* only_callee(const CallNode& node) const {
    if (node.children != 1) return nullptr;
    const CallNode& child = nodes_[node.first_child];
    return goes_on(node.cumulative, child.cumulative, sort_, least_) ? &child : nullptr;
  }

 private:
  std::vector<CallNode> nodes_;
  Amount whole_;
  SortBy sort_;
  std::uint64_t least_ = 0;
};

}  // namespace heaptally
