#include <ostream>

#include <fmt/format.h>

#include "core/report/key_csv.h"
#include "core/report/tree_report.h"
#include "core/report/tree_walk.h"

namespace heaptally {

void write_csv(const TreeReport& report, std::ostream& out) {
  const CallTree& tree = report.tree;
  const CallNode* const root = &tree.root();
  out << "depth,id,parent,label,file,line,function,module,size,count,self_size,self_count\n";
  const auto enter = [&](const CallNode& node, bool) {
    const bool is_root = &node == root;
    const std::string key =
        is_root ? "all,,,," : key_fields(report.profile, report.query.group, {.place = node.place});
    out << fmt::format("{},{},{},{},{},{},{},{}\n", node.depth, &node - root,
                       is_root ? "" : std::to_string(node.parent), key, node.cumulative.bytes,
                       node.cumulative.count, node.self.bytes, node.self.count);
    return static_cast<bool>(out);
  };
  walk(tree, enter, [](const CallNode&) {});
}

}  // namespace heaptally
