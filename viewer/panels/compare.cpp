#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/base/size_text.h"
#include "core/report/comparison_report.h"
#include "core/report/heading.h"
#include "core/report/wording.h"
#include "viewer/model/compared_runs.h"
#include "viewer/panels/difference_table.h"
#include "viewer/panels/panel_list.h"
#include "viewer/panels/plot.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr float kFactPadding = 2;

Colour32 colour_of_a(const View& view) { return series_colour(view.palette(), 0); }
Colour32 colour_of_b(const View& view) { return series_colour(view.palette(), 1); }

// What of the selection two whole runs can be compared by.
struct ComparedMetric {
  Metric metric = Metric::kLive;
  bool at_peak = false;
};

ComparedMetric compared_metric(const Selection& selection) {
  switch (selection.metric) {
    case ViewMetric::kTotal:
      return {.metric = Metric::kTotal};
    case ViewMetric::kTemporary:
      return {.metric = Metric::kTemporary};
    case ViewMetric::kLive:
      return {.metric = Metric::kLive, .at_peak = selection.live_at == LiveAt::kPeak};
    default:
      return {};
  }
}

std::string compared_phrase(const Selection& selection) {
  const ComparedMetric compared = compared_metric(selection);
  if (compared.metric == Metric::kTotal) return "Allocated in each whole run";
  if (compared.metric == Metric::kTemporary) return "Temporary in each whole run";
  return compared.at_peak ? "Live at each run's own peak" : "Live at each run's end";
}

class ComparePanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kCompare; }

  void draw(View& view) override {
    if (!view.other) {
      draw_no_other(view);
      return;
    }
    const Selection filters = difference_filters(view.selection());
    runs_shown_ = runs_.ask(view.worker, {.a = view.recording, .b = view.other, .filters = filters},
                            [](const ComparedRunsQuestion& of) { return compare_runs(of); });
    draw_names(view);
    if (toggle(view, "Facts and rows", !shows_calls_)) shows_calls_ = false;
    ImGui::SameLine(0, 2);
    if (toggle(view, "Flame graph of differences", shows_calls_)) shows_calls_ = true;
    name_area(view, "difference flame");
    if (shows_calls_) {
      draw_difference_flame(view);
      return;
    }
    if (!is_shown(view, runs_shown_)) return;
    const float height =
        std::clamp(ImGui::GetContentRegionAvail().y * 0.56F, 150.0F, facts_height());
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::BeginChild("facts", {std::min(width * 0.5F, ImGui::GetFontSize() * 42), height});
    draw_facts(view);
    ImGui::EndChild();
    ImGui::SameLine();
    ImGui::BeginChild("both timelines", {0, height});
    draw_timelines(view);
    ImGui::EndChild();
    draw_differences(view);
  }

  void forget() override {
    runs_.forget();
    runs_shown_ = {};
    differences_.forget();
    laid_out_.reset();
  }

  std::optional<Table> table(const View&) const override { return differences_.table(); }
  std::string command(const View& view) const override {
    return view.other ? differences_.command() : std::string();
  }

  void tell_state(const View& view, nlohmann::json& state) const override {
    state["has_other"] = view.other != nullptr;
    if (!view.other) return;
    state["problem"] = runs_shown_.problem;
    state["shows_calls"] = shows_calls_;
    if (shows_calls_) tell_difference_flame(view, state["flame"]);
    state["facts"] = nlohmann::json::array();
    if (runs_shown_) {
      for (const ComparedFact& fact : runs_shown_->facts) {
        state["facts"].push_back({{"key", fact.key}, {"a", fact.a}, {"b", fact.b}});
      }
    }
    differences_.tell_state(state["differences"]);
  }

 private:
  static void draw_no_other(View& view) {
    const float width = ImGui::GetContentRegionAvail().x;
    const float top = ImGui::GetCursorPosY();
    empty_state(view, "Nothing to compare with",
                "Open a second recording: what differs is shown line by line, and both runs on one "
                "time axis.");
    ImGui::SetCursorPosY(std::max(ImGui::GetCursorPosY(), top) + ImGui::GetFontSize());
    const char* const label = "Compare with...";
    const float button = width_of_text(label) + 2 * ImGui::GetStyle().FramePadding.x;
    ImGui::SetCursorPosX(std::max(0.0F, (width - button) / 2));
    if (ImGui::Button(label)) view.choose(Action::kOpenOther);
    tooltip("Ctrl+Shift+O");
  }

  static void draw_name(const View& view, const char* letter, Colour32 colour,
                        const Recording& recording, float width) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float size = ImGui::GetFontSize();
    ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + size * 1.3F, at.y + size + 3}, colour, 3);
    text_at(at.x + size * 0.35F, at.y + 1, text_on(colour), letter);
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + size * 1.7F);
    const std::string name = safe_label(recording.name(), width * 0.35F, true);
    text(name);
    ImGui::SameLine();
    const float room = width - size * 2.5F - width_of_text(name);
    faint_text(view, safe_label(command_line_text(recording.data().header), room));
  }

  static void draw_names(View& view) {
    constexpr const char* kSwap = "A ↔ B";
    constexpr const char* kAnother = "Another B...";
    const float letter = ImGui::GetFontSize();
    const ImGuiStyle& style = ImGui::GetStyle();
    const float buttons = width_of_text(kSwap) + width_of_text(kAnother) +
                          4 * style.FramePadding.x + style.ItemSpacing.x;
    const float width = ImGui::GetContentRegionAvail().x - buttons - letter;
    const ImVec2 at = ImGui::GetCursorPos();
    ImGui::BeginGroup();
    draw_name(view, "A", colour_of_a(view), *view.recording, width);
    draw_name(view, "B", colour_of_b(view), *view.other, width);
    ImGui::EndGroup();
    const ImVec2 below = ImGui::GetCursorPos();
    ImGui::SetCursorPos({at.x + width + letter, at.y});
    if (ImGui::Button(kSwap)) view.choose(Action::kSwap);
    tooltip("Exchange the two recordings");
    ImGui::SameLine();
    if (ImGui::Button(kAnother)) view.choose(Action::kOpenOther);
    tooltip("Compare with another recording");
    ImGui::SetCursorPos(below);
  }

  // All rows and the header, if there is room.
  float facts_height() const {
    const float row = ImGui::GetTextLineHeight() + 2 * kFactPadding;
    return row * static_cast<float>(runs_shown_->facts.size() + 1) + 4;
  }

  void draw_facts(const View& view) const {
    constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersOuter |
                                       ImGuiTableFlags_ScrollY | ImGuiTableFlags_NoSavedSettings;
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {ImGui::GetStyle().CellPadding.x, kFactPadding});
    if (ImGui::BeginTable("facts", 4, kFlags, {0, ImGui::GetContentRegionAvail().y})) {
      draw_fact_rows(view);
      ImGui::EndTable();
    }
    ImGui::PopStyleVar();
  }

  void draw_fact_rows(const View& view) const {
    const float letter = ImGui::GetFontSize();
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthFixed, letter * 6.2F);
    ImGui::TableSetupColumn("A", ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableSetupColumn("B", ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableSetupColumn("B to A", ImGuiTableColumnFlags_WidthFixed, letter * 6.4F);
    header_row({true, false, false, true});
    for (const ComparedFact& fact : runs_shown_->facts) {
      const auto most = static_cast<double>(std::max<std::uint64_t>({fact.a, fact.b, 1}));
      ImGui::TableNextRow();
      ImGui::TableNextColumn();
      text(fact.name);
      ImGui::TableNextColumn();
      bar_cell(view, fact_text(fact, fact.a), static_cast<double>(fact.a) / most,
               with_alpha(colour_of_a(view), 0.35F));
      ImGui::TableNextColumn();
      bar_cell(view, fact_text(fact, fact.b), static_cast<double>(fact.b) / most,
               with_alpha(colour_of_b(view), 0.35F));
      ImGui::TableNextColumn();
      const std::string factor = factor_text(fact.a, fact.b);
      if (fact.a == fact.b) {
        faint_text(view, factor);
      } else {
        coloured_text(fact.b > fact.a ? view.palette().grew : view.palette().shrank, factor);
      }
    }
  }

  void lay_out_runs(std::size_t columns) {
    if (laid_out_ == runs_shown_.answer && columns_ == columns) return;
    laid_out_ = runs_shown_.answer;
    columns_ = columns;
    a_columns_ = compared_columns(laid_out_->heap_a, laid_out_->span(), columns);
    b_columns_ = compared_columns(laid_out_->heap_b, laid_out_->span(), columns);
  }

  void draw_timelines(const View& view) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float letter = ImGui::GetFontSize();
    PlotArea area;
    area.x = at.x + size_axis_width();
    area.y = at.y + letter + 6;  // the legend is above it
    area.width = std::max(40.0F, room.x - size_axis_width() - letter * 0.6F);
    area.height = std::max(30.0F, room.y - 2 * letter - 14);
    area.time = runs_shown_->span();
    lay_out_runs(static_cast<std::size_t>(area.width));
    std::uint64_t most = 16;
    for (const auto* const columns : {&a_columns_, &b_columns_}) {
      for (const std::uint64_t value : *columns) most = std::max(most, value);
    }
    area.top = static_cast<double>(most) * 1.08;
    draw_size_axis(view, area);
    draw_time_axis(view, area, area.bottom());
    draw_run(area, a_columns_, colour_of_a(view), true);
    draw_run(area, b_columns_, colour_of_b(view), false);
    draw_run_legend(view, area);
    ImGui::InvisibleButton("both", room);
    if (ImGui::IsItemHovered()) tell_moment(view, area);
  }

  // Fewer columns than the plot has: the run ended earlier.
  void draw_run(const PlotArea& area, const std::vector<std::uint64_t>& columns, Colour32 colour,
                bool is_filled) const {
    PlotArea part = area;
    part.width = area.width * static_cast<float>(columns.size()) /
                 static_cast<float>(std::max<std::size_t>(columns_, 1));
    const std::vector<std::uint64_t> ground(columns.size());
    fill_columns(part, ground, columns, with_alpha(colour, is_filled ? 0.45F : 0.12F));
    line_columns(part, columns, colour, is_filled ? 1.2F : 2);
    // Where it ended it goes down.
    if (columns.empty() || columns.size() == columns_) return;
    ImGui::GetWindowDrawList()->AddLine(
        {part.right(), part.y_of(static_cast<double>(columns.back()))},
        {part.right(), part.bottom()}, colour, is_filled ? 1.2F : 2);
  }

  static void draw_run_legend(const View& view, const PlotArea& area) {
    const float size = ImGui::GetFontSize();
    const std::string_view title =
        view.selection().keeps_all() ? "Live heap of" : "Filtered heap of";
    const float y = area.y - size - 4;
    float x = area.x;
    text_at(x, y, view.palette().faint_text, title);
    x += width_of_text(title) + size * 0.6F;
    colour_sample(x, y, size, colour_of_a(view), false);
    text_at(x + size, y, view.palette().text, "A");
    colour_sample(x + size * 2.6F, y, size, colour_of_b(view), true);
    text_at(x + size * 3.6F, y, view.palette().text, "B");
  }

  void tell_moment(const View& view, const PlotArea& area) const {
    const float x = std::clamp(ImGui::GetIO().MousePos.x, area.x, area.right());
    ImGui::GetWindowDrawList()->AddLine({x, area.y}, {x, area.bottom()},
                                        with_alpha(view.palette().text, 0.6F), 1);
    const Nanoseconds time = area.time_at(x);
    const std::size_t column = column_of(area.time, time, columns_);
    const auto value = [&](const std::vector<std::uint64_t>& columns) {
      return column < columns.size() ? size_text(columns[column]) : std::string("has ended");
    };
    ImGui::BeginTooltip();
    text(duration_text(time));
    coloured_text(colour_of_a(view), "A  " + value(a_columns_));
    coloured_text(colour_of_b(view), "B  " + value(b_columns_));
    ImGui::EndTooltip();
  }

  void draw_differences(View& view) {
    const Selection& selection = view.selection();
    const ComparedMetric compared = compared_metric(selection);
    differences_.draw_tools(view);
    ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    std::string phrase = compared_phrase(selection);
    if (selection.range) phrase += "; the range is of A alone and does not count here";
    faint_text(view, fitted(phrase, ImGui::GetContentRegionAvail().x));
    const auto side = [&](const std::shared_ptr<const Recording>& recording) {
      return DifferenceSide{
          .recording = recording, .time = run_time(recording->data()), .is_peak = compared.at_peak};
    };
    differences_.draw(view, {.before = side(view.recording),
                             .after = side(view.other),
                             .filters = difference_filters(selection),
                             .metric = compared.metric});
  }

  Slot<ComparedRunsQuestion, ComparedRuns> runs_;
  Slot<ComparedRunsQuestion, ComparedRuns>::Shown runs_shown_;
  DifferenceTable differences_;
  bool shows_calls_ = false;
  std::shared_ptr<const ComparedRuns> laid_out_;
  std::vector<std::uint64_t> a_columns_, b_columns_;
  std::size_t columns_ = 0;
};

}  // namespace

std::unique_ptr<Panel> make_compare() { return std::make_unique<ComparePanel>(); }

}  // namespace heaptally::view
