#include "viewer/app/selection_bar.h"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <imgui/imgui.h>
#include <imgui/imgui_stdlib.h>
#include <nlohmann/json.hpp>

#include "core/report/wording.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

struct MetricName {
  const char* label;
  const char* tip;
};

constexpr std::array<MetricName, kViewMetrics> kMetrics = {{
    {"Live", "Live at one moment: the peak, or the end"},
    {"Total", "Everything that was allocated in the range"},
    {"Temporary", "Freed by the allocating thread before it allocated again"},
    {"Growth", "Live at the end of the range, less what was live at its start"},
    {"Leaked", "Allocated in the range, and never freed"},
}};

// Chips stand beside each other as far as there is room.
class ChipRow {
 public:
  explicit ChipRow(View& view) : view_(view) {}

  // A chip for each of the texts, which takes it away. Returns whether one was.
  bool add(const char* what, std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::string name = printable(texts[i].substr(0, kLongest));
      const std::string shown =
          fmt::format("{} {} ×", what, fitted(name, ImGui::GetFontSize() * 16, true));
      begin(ImGui::CalcTextSize(shown.c_str()).x + 2 * ImGui::GetStyle().FramePadding.x);
      const bool taken = toggle(view_, fmt::format("{}###{}{}", shown, what, i).c_str(), true);
      name_area(view_, fmt::format("chip:{}:{}", what, i));
      tooltip(fmt::format("{} {}\nClick to take it away", what, name));
      if (!taken) continue;
      texts.erase(texts.begin() + static_cast<std::ptrdiff_t>(i));
      return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t kLongest = 400;  // bytes that are looked at

  void begin(float width) {
    const float space = ImGui::GetContentRegionAvail().x;
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    if (used_ > 0 && used_ + gap + width <= space) {
      ImGui::SameLine();
      used_ += gap;
    } else {
      used_ = 0;
    }
    used_ += width;
  }

  View& view_;
  float used_ = 0;
};

void draw_chips(View& view) {
  Selection selection = view.changed();
  ChipRow row(view);
  bool changed = row.add("only", selection.filters);
  changed |= row.add("not", selection.excludes);
  changed |= row.add("focus", selection.through);
  changed |= row.add("hide", selection.without);
  changed |= row.add("merge", selection.merged);
  changed |= row.add("thread", selection.threads);
  changed |= row.add("process", selection.processes);
  changed |= row.add("domain", selection.domains);
  if (changed) view.select(std::move(selection));
}

void draw_range(View& view) {
  const auto& range = view.selection().range;
  if (!range) {
    ImGui::AlignTextToFramePadding();
    faint_text(view, "whole run");
    return;
  }
  const std::string label =
      fmt::format("{} to {} ×##range", duration_text(range->from), duration_text(range->to));
  if (toggle(view, label.c_str(), true)) view.choose(Action::kClearRange);
  tooltip("The range of time that counts. Click to take the whole run again");
}

}  // namespace

void draw_selection(View& view, FilterField& field) {
  ImGui::BeginDisabled(!view.history.can_go_back());
  if (ImGui::Button("←")) view.choose(Action::kBack);
  tooltip("Back (Esc)");
  ImGui::EndDisabled();
  ImGui::SameLine(0, 2);
  ImGui::BeginDisabled(!view.history.can_go_forward());
  if (ImGui::Button("→")) view.choose(Action::kForward);
  tooltip("Forward (Alt+Right)");
  ImGui::EndDisabled();
  ImGui::SameLine();
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    const auto metric = static_cast<ViewMetric>(i);
    if (i > 0) ImGui::SameLine(0, 2);
    if (toggle(view, kMetrics[i].label, view.selection().metric == metric)) {
      Selection selection = view.changed();
      selection.metric = metric;
      view.select(std::move(selection));
    }
    name_area(view, "metric:" + std::string(name_of(metric)));
    tooltip(kMetrics[i].tip);
  }
  if (view.selection().metric == ViewMetric::kLive) {
    ImGui::SameLine();
    const bool at_end = view.selection().live_at == LiveAt::kEnd;
    if (ImGui::Button(at_end ? "at the end" : "at the peak")) view.choose(Action::kLiveAt);
    tooltip("The moment that counts: the highest of the range, or its end (e)");
  }
  ImGui::SameLine();
  const bool blocks = view.selection().unit == SortBy::kCount;
  if (ImGui::Button(blocks ? "blocks" : "bytes")) view.choose(Action::kUnit);
  tooltip("What is counted: bytes or blocks (b)");
  ImGui::SameLine();
  draw_range(view);
  ImGui::SameLine();
  field.draw(view, view.is_asked(Action::kFilter));
  draw_chips(view);
}

void change_selection(View& view) {
  Selection selection = view.changed();
  if (view.is_asked(Action::kUnit)) {
    selection.unit = selection.unit == SortBy::kSize ? SortBy::kCount : SortBy::kSize;
  }
  if (view.is_asked(Action::kLiveAt)) {
    selection.live_at = selection.live_at == LiveAt::kPeak ? LiveAt::kEnd : LiveAt::kPeak;
  }
  if (view.is_asked(Action::kRaw)) selection.raw = !selection.raw;
  if (view.is_asked(Action::kRecursion))
    selection.collapse_recursion = !selection.collapse_recursion;
  if (view.is_asked(Action::kClearRange)) selection.range.reset();
  if (view.is_asked(Action::kClearFilters)) {
    Selection cleared;
    cleared.range = selection.range;
    cleared.metric = selection.metric;
    cleared.live_at = selection.live_at;
    cleared.unit = selection.unit;
    cleared.raw = selection.raw;
    selection = std::move(cleared);
  }
  view.select(std::move(selection));
}

void tell_selection(const Selection& selection, nlohmann::json& state) {
  if (selection.range) {
    state["from_ns"] = selection.range->from.count();
    state["to_ns"] = selection.range->to.count();
  } else {
    state["from_ns"] = nullptr;
    state["to_ns"] = nullptr;
  }
  state["metric"] = name_of(selection.metric);
  state["live_at"] = selection.live_at == LiveAt::kPeak ? "peak" : "end";
  state["unit"] = selection.unit == SortBy::kSize ? "bytes" : "blocks";
  state["filters"] = selection.filters;
  state["excludes"] = selection.excludes;
  state["through"] = selection.through;
  state["without"] = selection.without;
  state["merged"] = selection.merged;
  state["collapse_recursion"] = selection.collapse_recursion;
  state["threads"] = selection.threads;
  state["processes"] = selection.processes;
  state["domains"] = selection.domains;
  state["raw"] = selection.raw;
}

}  // namespace heaptally::view
