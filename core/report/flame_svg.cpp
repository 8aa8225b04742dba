#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/flame_report.h"
#include "core/report/heading.h"
#include "core/report/markup.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr double kRow = 18;
constexpr double kMargin = 10;
constexpr double kTop = 46;
constexpr double kFlameCharacter = 6.7;  // the width of one, about
constexpr double kNarrowest = 0.2;
constexpr std::size_t kModuleColours = 6;
constexpr std::size_t kLeastCharacters = 6;  // of a name that is cut

// Light and dark; six colours for modules that a colour-blind reader can tell apart by lightness,
// too; from blue, which shrank, to orange, which grew.
constexpr std::string_view kFlameStyle = R"(
text { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; fill: #1c2024; }
.title { font-weight: bold; font-size: 14px; }
.page { fill: #ffffff; }
rect { stroke: #ffffff; stroke-width: 0.5; }
g:hover rect { stroke: #1c2024; stroke-width: 1; }
.m0 { fill: #f3c9a2 } .m1 { fill: #b9d4ee } .m2 { fill: #bfe0d2 }
.m3 { fill: #ecd9a6 } .m4 { fill: #dcc7e6 } .m5 { fill: #cfd8df }
.grew { fill: #e07b26 } .shrank { fill: #3b7cc4 } .same, .all { fill: #dfe3e8 }
@media (prefers-color-scheme: dark) {
text { fill: #e6e9ec } .page { fill: #1c2024 } rect { stroke: #1c2024 }
g:hover rect { stroke: #e6e9ec }
.m0 { fill: #7d4f2a } .m1 { fill: #2f5379 } .m2 { fill: #2b6353 }
.m3 { fill: #6b5a1f } .m4 { fill: #5d4370 } .m5 { fill: #46505a }
.same, .all { fill: #343b43 }
}
)";

struct Box {
  const FlameNode* node;
  double x, width;
  std::uint32_t row;
};

class FlameDrawing {
 public:
  FlameDrawing(const FlameReport& report, std::ostream& out, double width)
      : report_(report), out_(out), width_(width) {}

  void write() {
    lay_out();
    std::uint32_t rows = 0;
    for (const Box& box : boxes_) rows = std::max(rows, box.row + 1);
    const double height = kTop + rows * kRow + kMargin;
    out_ << fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" "
        "viewBox=\"0 0 {0:g} {1:g}\" role=\"img\">\n",
        width_, height);
    const std::string title = title_text();
    out_ << "<title>" << escaped(title) << "</title>\n<style>" << kFlameStyle << "</style>\n";
    out_ << fmt::format("<rect class=\"page\" width=\"{:g}\" height=\"{:g}\"/>\n", width_, height);
    out_ << fmt::format("<text class=\"title\" x=\"{:g}\" y=\"20\">{}</text>\n", kMargin,
                        escaped(cut_text(command_line_text(report_.now.profile.data().header),
                                         fitting(width_ - 2 * kMargin))));
    out_ << fmt::format("<text x=\"{:g}\" y=\"37\">{}</text>\n", kMargin,
                        escaped(cut_text(title, fitting(width_ - 2 * kMargin))));
    for (const Box& box : boxes_) {
      if (!out_) return;
      write(box);
    }
    out_ << "</svg>\n";
  }

 private:
  SortBy sort() const { return report_.query.sort; }
  std::uint64_t value(const FlameNode& node) const {
    return measure(sort(), node.cumulative.after);
  }
  std::uint64_t value_before(const FlameNode& node) const {
    return measure(sort(), node.cumulative.before);
  }
  bool is_root(const Box& box) const { return box.node == &report_.nodes.front(); }
  static std::size_t fitting(double pixels) {
    return pixels < kFlameCharacter ? 0 : static_cast<std::size_t>(pixels / kFlameCharacter);
  }

  std::string title_text() const {
    const Side& now = report_.now;
    const Snapshot& snapshot = now.snapshot;
    const ComparedAmount& all = report_.nodes.front().cumulative;
    std::string text =
        fmt::format("{} {} {}: {}{}", name_of(snapshot.metric), stretch_phrase(snapshot),
                    moment_phrase(now.profile.data(), snapshot),
                    amount_text(all.after, snapshot.metric), filters_text(report_.query));
    if (report_.shape.bottom_up) text += "; allocation sites first";
    if (const std::string shape = shape_text(report_.shape); !shape.empty()) text += ";" + shape;
    if (report_.is_compared) {
      text += fmt::format(" ({}); orange grew, blue shrank", signed_size_text(all.change().bytes));
    }
    if (const std::string missing = incomplete_phrase(now.profile.data()); !missing.empty()) {
      text += "; " + missing;
    }
    return text;
  }

  void lay_out() {
    const std::vector<FlameNode>& nodes = report_.nodes;
    const double whole = static_cast<double>(std::max<std::uint64_t>(1, value(nodes.front())));
    const double scale = (width_ - 2 * kMargin) / whole;
    boxes_.push_back({&nodes.front(), kMargin, width_ - 2 * kMargin, 0});
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      double x = boxes_[i].x;
      const FlameNode& node = *boxes_[i].node;
      for (std::uint32_t k = 0; k < node.children; ++k) {
        const FlameNode& child = nodes[node.first_child + k];
        const double width = static_cast<double>(value(child)) * scale;
        if (width < kNarrowest) break;
        boxes_.push_back({&child, x, width, boxes_[i].row + 1});
        x += width;
      }
    }
  }

  std::string amount(std::uint64_t value) const {
    if (sort() == SortBy::kCount) return counted(value, "block");
    return fmt::format("{} ({} B)", size_text(value), grouped_text(value));
  }

  std::string name(const Box& box) const {
    if (is_root(box)) return "all";
    return flame_name(*box.node->profile, report_.query.group, box.node->place);
  }

  std::string tooltip(const Box& box) const {
    const std::uint64_t now = value(*box.node);
    std::string text = fmt::format("{}\n{}, {} of all", cut_text(name(box), 1000), amount(now),
                                   percent_text(now, value(report_.nodes.front())));
    if (report_.is_compared) text += "\nbefore: " + amount(value_before(*box.node));
    return text;
  }

  // In the order in which modules are first met, so that as many as there are colours differ.
  std::size_t module_number(PlaceId place) {
    const std::string_view module = report_.now.profile.places().module(place);
    return modules_.emplace(module, modules_.size()).first->second;
  }

  // Of a comparison how much it changed, as the colour's strength.
  std::string fill(const Box& box) {
    if (is_root(box)) return "class=\"all\"";
    if (!report_.is_compared) {
      return fmt::format("class=\"m{}\"", module_number(box.node->place) % kModuleColours);
    }
    const auto now = static_cast<double>(value(*box.node));
    const auto before = static_cast<double>(value_before(*box.node));
    const double change = (now - before) / std::max({now, before, 1.0});
    if (std::abs(change) < 0.01) return "class=\"same\"";
    return fmt::format("class=\"{}\" fill-opacity=\"{:.2f}\"", change > 0 ? "grew" : "shrank",
                       0.25 + 0.75 * std::abs(change));
  }

  void write(const Box& box) {
    const double y = kTop + box.row * kRow;
    out_ << fmt::format(
        "<g><title>{}</title><rect {} x=\"{:.2f}\" y=\"{:g}\" width=\"{:.2f}\" "
        "height=\"{:g}\"/>",
        escaped(tooltip(box)), fill(box), box.x, y, box.width, kRow - 1);
    const std::size_t room = fitting(box.width - 6);
    const std::string text = cut_text(name(box), room);
    if (room >= kLeastCharacters || (room > 0 && text == name(box))) {
      out_ << fmt::format("<text x=\"{:.2f}\" y=\"{:g}\">{}</text>", box.x + 3, y + 12.5,
                          escaped(text));
    }
    out_ << "</g>\n";
  }

  const FlameReport& report_;
  std::ostream& out_;
  double width_;
  std::vector<Box> boxes_;
  std::map<std::string_view, std::size_t> modules_;
};

}  // namespace

void write_svg(const FlameReport& report, std::ostream& out, double width) {
  FlameDrawing(report, out, width).write();
}

}  // namespace heaptally
