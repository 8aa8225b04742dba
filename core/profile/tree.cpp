#include "core/profile/tree.h"

#include <algorithm>
#include <tuple>

#include "core/base/error.h"
#include "core/profile/grown_tree.h"

namespace heaptally {
namespace {

using Node = GrownTree::Node;

// The children of each node, one node's after the other's.
class Children {
 public:
  explicit Children(const std::vector<Node>& nodes)
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

bool comes_before(const Profile& profile, const Query& query, const Node& a, const Node& b) {
  const auto rank = [&](Amount amount) {
    const auto [bytes, count] = amount;
    return query.sort == SortBy::kSize ? std::tuple(bytes, count) : std::tuple(count, bytes);
  };
  if (a.cumulative != b.cumulative) return rank(a.cumulative) > rank(b.cumulative);
  return compare_keys(profile, query.group, {.place = a.place}, {.place = b.place}) > 0;
}

// In the order of the tree: those of one parent together, nearest to the root first.
std::vector<CallNode> ordered(const Profile& profile, const Query& query, const GrownTree& grown) {
  const std::vector<Node>& from = grown.nodes();
  const Children children(from);
  std::vector<CallNode> nodes(1);
  nodes[0].cumulative = from[0].cumulative;
  nodes[0].self = from[0].self;
  std::vector<std::uint32_t> ids = {0};  // in `from`, by node
  std::vector<std::uint32_t> shown;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    shown.clear();
    for (const std::uint32_t child : children.of(ids[i])) {
      if (grown.is_shown(from[child])) {
        shown.push_back(child);
        continue;
      }
      nodes[i].left_out += from[child].cumulative;
      ++nodes[i].children_left_out;
    }
    std::sort(shown.begin(), shown.end(), [&](std::uint32_t a, std::uint32_t b) {
      return comes_before(profile, query, from[a], from[b]);
    });
    nodes[i].first_child = static_cast<std::uint32_t>(nodes.size());
    nodes[i].children = static_cast<std::uint32_t>(shown.size());
    for (const std::uint32_t child : shown) {
      const Node& node = from[child];
      nodes.push_back({.place = node.place,
                       .parent = i,
                       .depth = nodes[i].depth + 1,
                       .recursive = node.recursive,
                       .cumulative = node.cumulative,
                       .self = node.self,
                       .left_out = {}});
      ids.push_back(child);
    }
  }
  return nodes;
}

}  // namespace

void check_tree(const Query& query) {
  if (!is_by_place(query.group)) {
    throw Error("--group " + std::string(name_of(query.group)), "makes no tree of calls",
                "choose lineno, function, filename or module", ExitCode::kUsage);
  }
}

CallTree::CallTree(const Profile& profile, const Snapshot& snapshot, const Query& query,
                   const TreeShape& shape)
    : sort_(query.sort) {
  check_tree(query);
  const Kept kept = keep(profile, snapshot, query);
  whole_ = kept.whole;
  GrownTree grown(profile, query, shape);
  if (shape.bottom_up) {
    grown.grow_up(kept);
  } else {
    grown.grow_down(kept);
  }
  least_ = grown.least();
  nodes_ = ordered(profile, query, grown);
}

}  // namespace heaptally
