#include "core/report/flame_report.h"

namespace heaptally {
namespace {

ComparedAmount both_of(Amount amount) { return {.before = {}, .after = amount}; }
ComparedAmount both_of(const ComparedAmount& amount) { return amount; }

template <class Node>
FlameNode flame_node(const Profile& profile, const Node& node) {
  return {.profile = &profile,
          .place = node.place,
          .parent = node.parent,
          .first_child = node.first_child,
          .children = node.children,
          .cumulative = both_of(node.cumulative),
          .self = both_of(node.self)};
}

}  // namespace

FlameReport make_flame(const Side& now, const Query& query, const TreeShape& shape) {
  const CallTree tree(now.profile, now.snapshot, query, shape);
  FlameReport report{.query = query, .shape = shape, .now = now, .nodes = {}};
  report.nodes.reserve(tree.nodes().size());
  for (const CallNode& node : tree.nodes()) {
    report.nodes.push_back(flame_node(now.profile, node));
  }
  return report;
}

FlameReport make_flame(const Side& before, const Side& now, const Query& query,
                       const TreeShape& shape) {
  const ComparedTree tree(before, now, query, shape, ComparedOrder::kAfter);
  FlameReport report{.query = query, .shape = shape, .now = now, .is_compared = true, .nodes = {}};
  report.nodes.reserve(tree.nodes().size());
  for (const ComparedNode& node : tree.nodes()) {
    report.nodes.push_back(flame_node(node.vanished ? before.profile : now.profile, node));
  }
  return report;
}

}  // namespace heaptally
