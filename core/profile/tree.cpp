#include "core/profile/tree.h"

#include <algorithm>
#include <tuple>

#include "core/base/error.h"
#include "core/profile/ordered_tree.h"

namespace heaptally {
namespace {

using Node = GrownTree::Node;

bool comes_before(const Profile& profile, const Query& query, const Node& a, const Node& b) {
  const auto rank = [&](Amount amount) {
    const auto [bytes, count] = amount;
    return query.sort == SortBy::kSize ? std::tuple(bytes, count) : std::tuple(count, bytes);
  };
  if (a.cumulative != b.cumulative) return rank(a.cumulative[0]) > rank(b.cumulative[0]);
  return compare_keys(profile, query.group, {.place = a.place}, {.place = b.place}) > 0;
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
  const std::vector<GrownSide> sides = {{profile, kept}};
  GrownTree grown(sides, query, shape);
  grown.grow();
  least_ = grown.least();
  nodes_ = ordered_nodes<CallNode>(
      grown,
      [](const Node& node) {
        return CallNode{.place = node.place,
                        .recursive = node.recursive,
                        .cumulative = node.cumulative[0],
                        .self = node.self[0],
                        .left_out = {}};
      },
      [&](const Node& a, const Node& b) { return comes_before(profile, query, a, b); },
      [](CallNode& node, const Node& child) { node.left_out += child.cumulative[0]; });
}

}  // namespace heaptally
