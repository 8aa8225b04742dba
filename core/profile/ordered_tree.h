// A grown tree in the order in which trees are told.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/profile/grown_tree.h"

namespace heaptally {

// The children of each node, one node's after the other's.
class GrownChildren {
 public:
  explicit GrownChildren(const std::vector<GrownTree::Node>& nodes)
      : starts_(nodes.size() + 1), ids_(nodes.size()) {
    for (std::size_t i = 1; i < nodes.size(); ++i) ++starts_[nodes[i].parent + 1];
    for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
    std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
    for (std::uint32_t i = 1; i < nodes.size(); ++i) ids_[next[nodes[i].parent]++] = i;
  }
  std::span<const std::uint32_t> of(std::uint32_t node) const {
    return std::span(ids_).subspan(starts_[node], starts_[node + 1] - starts_[node]);
  }

 private:
  std::vector<std::uint32_t> starts_;
  std::vector<std::uint32_t> ids_;
};

// The nodes that are shown: those of one parent together, nearest to the root first.
// `make(grown)`: a node without its place in the tree, which is set here. `comes_before(a, b)`:
// orders grown nodes of one parent. `leave_out(node, grown)`: what `node` has of a child that is
// not shown.
template <class Node, class Make, class ComesBefore, class LeaveOut>
std::vector<Node> ordered_nodes(const GrownTree& grown, Make make, ComesBefore comes_before,
                                LeaveOut leave_out) {
  const std::vector<GrownTree::Node>& from = grown.nodes();
  const GrownChildren children(from);
  std::vector<Node> nodes = {make(from[0])};
  std::vector<std::uint32_t> ids = {0};  // in `from`, by node
  std::vector<std::uint32_t> shown;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    shown.clear();
    for (const std::uint32_t child : children.of(ids[i])) {
      if (grown.is_shown(from[child])) {
        shown.push_back(child);
        continue;
      }
      leave_out(nodes[i], from[child]);
      ++nodes[i].children_left_out;
    }
    std::sort(shown.begin(), shown.end(),
              [&](std::uint32_t a, std::uint32_t b) { return comes_before(from[a], from[b]); });
    nodes[i].first_child = static_cast<std::uint32_t>(nodes.size());
    nodes[i].children = static_cast<std::uint32_t>(shown.size());
    for (const std::uint32_t child : shown) {
      Node& node = nodes.emplace_back(make(from[child]));
      node.parent = i;
      node.depth = nodes[i].depth + 1;
      ids.push_back(child);
    }
  }
  return nodes;
}

}  // namespace heaptally
