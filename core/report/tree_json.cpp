#include <ostream>

#include <fmt/format.h>

#include "core/report/key_json.h"
#include "core/report/tree_report.h"
#include "core/report/tree_walk.h"

namespace heaptally {
namespace {

Json heading_json(const TreeReport& report) {
  Json json = moment_json(report.profile.data(), report.snapshot);
  json.update(query_json(report.query));
  json.erase("cumulative");
  json.update(Json{{"raw", report.raw},
                   {"bottom_up", report.shape.bottom_up},
                   {"min", report.shape.least.text},
                   {"depth", report.shape.depth},
                   {"merged", report.shape.merged},
                   {"collapse_recursion", report.shape.collapse_recursion},
                   {"total", amount_json(report.tree.root().cumulative)},
                   {"unfiltered", amount_json(report.tree.whole())}});
  json.update(losses_json(report.profile.data().header));
  return json;
}

// A node without its children, and without the bracket that ends it.
std::string node_text(const TreeReport& report, const CallNode& node) {
  const bool is_root = &node == &report.tree.root();
  Json json = is_root ? Json{{"label", "all"}}
                      : key_json(report.profile, report.query.group, {.place = node.place});
  json.update(Json{{"size", node.cumulative.bytes},
                   {"count", node.cumulative.count},
                   {"self", amount_json(node.self)},
                   {"left_out", amount_json(node.left_out)},
                   {"nodes_left_out", node.children_left_out},
                   {"recursive", node.recursive}});
  std::string text = json_text(json, -1);
  text.pop_back();
  return text;
}

}  // namespace

void write_json(const TreeReport& report, std::ostream& out) {
  std::string text = json_text(heading_json(report), 1);
  text.resize(text.rfind("\n}"));
  out << text << ",\n \"tree\": ";
  const auto enter = [&](const CallNode& node, bool is_first) {
    // A level of blanks for each call would be most of the file.
    out << (is_first ? "" : ",\n") << node_text(report, node) << ",\"children\":[";
    if (node.children != 0) out << '\n';
    return static_cast<bool>(out);
  };
  walk(report.tree, enter, [&](const CallNode&) { out << "]}"; });
  out << "\n}\n";
}

}  // namespace heaptally
