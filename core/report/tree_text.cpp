#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/repeats.h"
#include "core/report/text_width.h"
#include "core/report/tree_report.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

std::string heading(const TreeReport& report) {
  const Query& query = report.query;
  const Metric metric = report.snapshot.metric;
  const RecordingData& data = report.profile.data();
  const Amount kept = report.tree.root().cumulative;
  std::string text = fmt::format(
      "# {} {} {}, calls by {}, {}{}{}\n", name_of(metric), stretch_phrase(report.snapshot),
      moment_phrase(data, report.snapshot), name_of(query.group),
      report.shape.bottom_up ? "from the allocation sites up to their callers"
                             : "from the outermost down to the allocation sites",
      query.sort == SortBy::kCount ? ", sorted by count" : "", report.raw ? ", raw" : "");
  text += fmt::format(
      "# {}; {}", amount_text(kept, metric),
      kept == Amount{} ? "nothing to show" : counted(report.tree.nodes().size() - 1, "call"));
  if (report.shape.least.text != "0") text += " of at least " + report.shape.least.text;
  if (report.shape.depth != 0) text += fmt::format(", {} deep", report.shape.depth);
  text += '\n';
  if (const std::string filters = filters_text(query); !filters.empty()) {
    text += fmt::format("# only{}: {} of {}\n", filters, amount_text(kept, metric),
                        amount_text(report.tree.whole(), metric));
  }
  if (const std::string shape = shape_text(report.shape); !shape.empty()) {
    text += fmt::format("# with{}\n", shape);
  }
  std::vector<PlaceId> shown;
  for (const CallNode& node : report.tree.nodes()) shown.push_back(node.place);
  text += without_debug_line(report.profile, query.group, shown);
  return text + incomplete_line(data.header);
}

// Purpose: draws a tree, a line a node. Trees of a hostile recording may be deeper than the stack,
//   so nodes whose children are being drawn are kept in a list.
class TreeDrawing {
 public:
  TreeDrawing(const TreeReport& report, std::ostream& out) : report_(report), out_(out) {}

  void draw() {
    const CallNode& root = report_.tree.root();
    if (root.cumulative == Amount{}) return;
    write_line(root.cumulative, "", "all");
    open(root);
    while (!branches_.empty() && out_) {
      Branch& branch = branches_.back();
      if (branch.next < branch.items.size()) {
        const Item item = branch.items[branch.next++];
        draw_item(item, branch.next == branch.items.size());
        continue;
      }
      branches_.pop_back();
      if (!branches_.empty()) indent_.resize(branches_.back().indent);
    }
  }

 private:
  // What stands below a node: a child, or if there is none an amount with a name.
  struct Item {
    const CallNode* node = nullptr;
    Amount amount;
    std::string name;
  };
  struct Branch {
    std::vector<Item> items;
    std::size_t next = 0;
    std::size_t indent = 0;  // bytes of the lines left of the items
  };

  void open(const CallNode& node) {
    Branch branch{.items = {}, .indent = indent_.size()};
    if (node.self != Amount{} && (node.children != 0 || node.children_left_out != 0)) {
      branch.items.push_back({.amount = node.self, .name = "(itself)"});
    }
    for (const CallNode& child : report_.tree.children(node)) {
      branch.items.push_back({.node = &child, .amount = child.cumulative, .name = {}});
    }
    if (node.children_left_out != 0) {
      const char* what = report_.shape.bottom_up ? "caller" : "call";
      branch.items.push_back(
          {.amount = node.left_out,
           .name = fmt::format("({} left out)", counted(node.children_left_out, what))});
    }
    branches_.push_back(std::move(branch));
  }

  void draw_item(const Item& item, bool is_last) {
    const std::string lines = indent_ + (is_last ? "└─ " : "├─ ");
    if (item.node == nullptr) {
      write_line(item.amount, lines, item.name);
      return;
    }
    indent_ += is_last ? "   " : "│  ";
    const CallNode* last = draw_chain(*item.node, lines);
    open(*last);
  }

  // A node and those that get all that it has. The last of them.
  const CallNode* draw_chain(const CallNode& first, const std::string& lines) {
    std::vector<PlaceId> chain;
    const CallNode* last = &first;
    std::vector<std::string> labels = {label(first)};
    while (const CallNode* next = report_.tree.only_callee(*last)) {
      labels.push_back(label(*next));
      last = next;
    }
    write_line(first.cumulative, lines, labels.front());
    for (std::size_t i = 1; i < labels.size();) {
      const Repeat repeat = repeat_before(labels, i);
      if (repeat.times == 0) {
        write_line(indent_ + labels[i++]);
        continue;
      }
      const std::string above =
          repeat.period == 1 ? "call" : fmt::format("{} calls", repeat.period);
      write_line(
          fmt::format("{}(the {} above {} more)", indent_, above, counted(repeat.times, "time")));
      i += repeat.period * repeat.times;
    }
    return last;
  }

  std::string label(const CallNode& node) const {
    constexpr std::string_view kRecursive = ", recursive";
    const std::size_t taken =
        kNumbers + text_width(indent_) + (node.recursive ? kRecursive.size() : 0);
    const std::size_t width =
        report_.width == 0
            ? 0
            : std::max<std::size_t>(1, report_.width - std::min(report_.width, taken));
    return call_label(report_.profile, report_.query.group, node.place, width)
        .append(node.recursive ? kRecursive : "");
  }

  void write_line(Amount amount, const std::string& lines, const std::string& text) {
    const Amount all = report_.tree.root().cumulative;
    const bool by_size = report_.query.sort == SortBy::kSize;
    out_ << fmt::format(
        "{:>7}  {:>9}  {:>10}  {}{}\n",
        by_size ? percent_text(amount.bytes, all.bytes) : percent_text(amount.count, all.count),
        size_text(amount.bytes), grouped_text(amount.count), lines, text);
  }
  void write_line(const std::string& text) { out_ << std::string(kNumbers, ' ') << text << '\n'; }

  // Columns of a line's numbers and the blanks after them.
  static constexpr std::size_t kNumbers = 7 + 2 + 9 + 2 + 10 + 2;

  const TreeReport& report_;
  std::ostream& out_;
  std::vector<Branch> branches_;
  std::string indent_;
};

}  // namespace

void write_text(const TreeReport& report, std::ostream& out) {
  out << heading(report);
  TreeDrawing(report, out).draw();
}

}  // namespace heaptally
