// A walk through a call tree in the order in which it is written.
#pragma once

#include <cstdint>
#include <vector>

#include "core/profile/tree.h"

namespace heaptally {

// Calls `enter(node, is_first)` for each node before its children, and `leave(node)` after them.
// `is_first`: among its siblings. Stops when `enter` returns false. Needs no stack, however deep
// the tree is.
template <class Enter, class Leave>
void walk(const CallTree& tree, Enter enter, Leave leave) {
  struct Open {
    const CallNode* node;
    std::uint32_t next;
  };
  if (!enter(tree.root(), true)) return;
  std::vector<Open> open = {{&tree.root(), 0}};
  while (!open.empty()) {
    auto& [node, next] = open.back();
    if (next == node->children) {
      leave(*node);
      open.pop_back();
      continue;
    }
    const CallNode& child = tree.children(*node)[next++];
    if (!enter(child, next == 1)) return;
    open.push_back({&child, 0});
  }
}

}  // namespace heaptally
