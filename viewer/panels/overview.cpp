#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/base/size_text.h"
#include "core/report/wording.h"
#include "viewer/model/command_line.h"
#include "viewer/model/overview.h"
#include "viewer/panels/key_menu.h"
#include "viewer/panels/panel_list.h"
#include "viewer/panels/rows.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr std::size_t kMostWarnings = 4;

// One number of the run.
struct Tile {
  const char* title;
  std::string number, below;
  ViewMetric metric;
  LiveAt live_at;
};

class OverviewPanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kOverview; }

  void draw(View& view) override {
    const auto recording = view.recording;
    shown_ = slot_.ask(view.worker, 0, [recording](int) { return overview_of(*recording); });
    if (!is_shown(view, shown_)) return;
    draw_head(view);
    draw_warnings(view);
    draw_tiles(view);
    ImGui::Spacing();
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    const float width = (ImGui::GetContentRegionAvail().x - 2 * gap) / 3;
    const float height = std::max(ImGui::GetContentRegionAvail().y, ImGui::GetFontSize() * 8);
    for (std::size_t i = 0; i < shown_->top.size(); ++i) {
      if (i > 0) ImGui::SameLine(0, gap);
      ImGui::PushID(static_cast<int>(i));
      draw_top(view, shown_->top.at(i), width, height);
      ImGui::PopID();
    }
  }

  void forget() override {
    slot_.forget();
    shown_ = {};
  }

  std::optional<Table> table(const View&) const override {
    if (!shown_) return {};
    Table table{.columns = {"Top lines", "Place", "Bytes", "Share"},
                .left = {true, true, false, false},
                .rows = {}};
    for (const TopLines& top : shown_->top) {
      for (const TopLine& line : top.rows) {
        table.rows.push_back({top.title, line.label, line.amount, line.share});
      }
    }
    return table;
  }

  std::string command(const View& view) const override {
    return shell_words({"summary", view.recording->file().string()});
  }

  void tell_state(const View& view, nlohmann::json& state) const override {
    state["problem"] = shown_.problem;
    state["command"] = command(view);
    if (!shown_) return;
    state["command"] = shown_->command;
    state["facts"] = shown_->facts;
    state["peak_bytes"] = shown_->summary.peak.bytes;
    state["total_bytes"] = shown_->summary.total.bytes;
    state["warnings"] = nlohmann::json::array();
    for (const OverviewWarning& warning : shown_->warnings) {
      state["warnings"].push_back(warning.text);
    }
    state["top"] = nlohmann::json::array();
    for (const TopLines& top : shown_->top) {
      nlohmann::json rows = nlohmann::json::array();
      for (const TopLine& line : top.rows) rows.push_back({line.label, line.amount});
      state["top"].push_back({{"title", top.title}, {"rows", rows}});
    }
  }

 private:
  static void show_lines(View& view, ViewMetric metric, LiveAt live_at) {
    Selection selection = view.changed();
    selection.metric = metric;
    selection.live_at = live_at;
    selection.range.reset();
    view.select(std::move(selection));
    view.show(PanelId::kLines);
  }

  void draw_head(const View& view) const {
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::PushFont(view.fonts.large);
    text(fitted(shown_->command, width));
    ImGui::PopFont();
    tooltip(shown_->command);
    std::string facts;
    for (const std::string& fact : shown_->facts) facts += (facts.empty() ? "" : "  ·  ") + fact;
    const bool is_restricted = view.selection().range || !view.selection().keeps_all();
    if (is_restricted) facts += "  ·  all of it, whatever is filtered and selected";
    faint_text(view, fitted(facts, width));
  }

  void draw_warnings(const View& view) const {
    const auto& warnings = shown_->warnings;
    const std::size_t count = std::min(kMostWarnings, warnings.size());
    for (std::size_t i = 0; i < count; ++i) {
      const OverviewWarning& warning = warnings[i];
      const Colour32 colour = warning.is_grave ? view.palette().warning : view.palette().faint_text;
      const std::string mark = warning.is_grave ? "▲ " : "• ";
      coloured_text(colour, fitted(mark + warning.text, ImGui::GetContentRegionAvail().x));
      tooltip(warning.detail.empty() ? warning.text : warning.text + "\n" + warning.detail);
    }
    if (count == warnings.size()) return;
    std::string rest;
    for (std::size_t i = count; i < warnings.size(); ++i) rest += warnings[i].text + "\n";
    faint_text(view, fmt::format("and {} more", warnings.size() - count));
    tooltip(rest);
  }

  void draw_tiles(View& view) const {
    const Summary& summary = shown_->summary;
    const std::vector<Tile> tiles = {
        {"Peak", size_text(summary.peak.bytes),
         counted(summary.peak.count, "block") + " at " + shown_->peak_time, ViewMetric::kLive,
         LiveAt::kPeak},
        {"Live at the end", size_text(summary.live_at_end.bytes),
         counted(summary.live_at_end.count, "block") + " never freed", ViewMetric::kLive,
         LiveAt::kEnd},
        {"Allocated", size_text(summary.total.bytes),
         "in " + counted(summary.total.count, "allocation"), ViewMetric::kTotal, LiveAt::kEnd},
        {"Temporary", percent_text(summary.temporary.count, summary.total.count),
         counted(summary.temporary.count, "allocation") + ", " + size_text(summary.temporary.bytes),
         ViewMetric::kTemporary, LiveAt::kEnd},
    };
    ImGui::Spacing();
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    const float whole = ImGui::GetContentRegionAvail().x;
    const float width = (whole - gap * 4) / 5.4F;
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      if (i > 0) ImGui::SameLine(0, gap);
      ImGui::PushID(static_cast<int>(i));
      if (draw_tile(view, tiles[i], width)) show_lines(view, tiles[i].metric, tiles[i].live_at);
      ImGui::PopID();
    }
    ImGui::SameLine(0, gap);
    draw_rss(view, ImGui::GetContentRegionAvail().x);
  }

  static float tile_height(const View& view) {
    const ImGuiStyle& style = ImGui::GetStyle();
    const float large =
        view.fonts.large != nullptr ? view.fonts.large->FontSize : ImGui::GetFontSize() * 1.4F;
    return 2 * ImGui::GetTextLineHeight() + large + 2 * style.ItemSpacing.y +
           2 * style.WindowPadding.y;
  }

  // Returns whether it was clicked.
  static bool draw_tile(const View& view, const Tile& tile, float width) {
    ImGui::BeginChild("tile", {width, tile_height(view)}, true,
                      ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
    const bool is_over = ImGui::IsWindowHovered();
    const float room = ImGui::GetContentRegionAvail().x;
    faint_text(view, tile.title);
    ImGui::PushFont(view.fonts.large);
    coloured_text(is_over ? view.palette().accent : view.palette().text, tile.number);
    ImGui::PopFont();
    faint_text(view, fitted(tile.below, room));
    ImGui::EndChild();
    if (is_over) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    if (is_over) ImGui::SetTooltip("%s\nClick to see the lines", tile.below.c_str());
    return is_over && ImGui::IsMouseClicked(ImGuiMouseButton_Left);
  }

  void draw_rss(const View& view, float width) const {
    const Summary& summary = shown_->summary;
    const std::uint64_t rss = view.recording->data().header.peak_rss;
    ImGui::BeginChild("rss", {width, tile_height(view)}, true,
                      ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
    const bool is_over = ImGui::IsWindowHovered();
    const float room = ImGui::GetContentRegionAvail().x;
    faint_text(view, fitted("Peak RSS: what the kernel gave", room));
    ImGui::PushFont(view.fonts.large);
    text(rss == 0 ? "not sampled" : size_text(rss));
    ImGui::PopFont();
    if (summary.heap_share) {
      draw_share(view, *summary.heap_share, room);
    } else {
      faint_text(view, fitted(shown_->rss, room));
    }
    ImGui::EndChild();
    if (!is_over) return;
    ImGui::SetTooltip(
        "RSS: %s\nThe bar: the heap's peak as a share of what RSS grew by since\n"
        "before main. Blocks that were never written to take no memory.",
        shown_->rss.c_str());
  }

  // How much of the growth the heap explains.
  static void draw_share(const View& view, double share, float room) {
    const double part = std::min(share, 1.0);
    const std::string told =
        share >= 1 ? "heap: all of its growth"
                   : fmt::format("heap: {:.0f} % of its growth", std::round(part * 100));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = ImGui::GetTextLineHeight();
    const float left = ImGui::CalcTextSize(told.c_str()).x + ImGui::GetFontSize() * 0.6F;
    faint_text(view, fitted(told, room));
    if (left + 30 > room) return;
    const float top = at.y + height * 0.3F;
    const float bottom = at.y + height * 0.8F;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled({at.x + left, top}, {at.x + room, bottom}, view.palette().grid, 3);
    const float end = at.x + left + (room - left) * static_cast<float>(part);
    list.AddRectFilled({at.x + left, top}, {end, bottom}, view.palette().live, 3);
  }

  void draw_top(View& view, const TopLines& top, float width, float height) {
    ImGui::BeginChild("top", {width, height}, true, ImGuiWindowFlags_NoScrollbar);
    text(top.title);
    const float button = ImGui::CalcTextSize("All lines").x + ImGui::GetStyle().FramePadding.x * 2;
    ImGui::SameLine(ImGui::GetWindowContentRegionMax().x - button);
    if (ImGui::SmallButton("All lines")) show_lines(view, top.metric, top.live_at);
    if (top.rows.empty()) faint_text(view, "Nothing");
    const ImGuiTableFlags flags = ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_RowBg;
    if (!top.rows.empty() && ImGui::BeginTable("lines", 3, flags)) {
      const float letter = ImGui::GetFontSize();
      ImGui::TableSetupColumn("Bytes", ImGuiTableColumnFlags_WidthFixed, letter * 4.8F);
      ImGui::TableSetupColumn("Share", ImGuiTableColumnFlags_WidthFixed, letter * 3.3F);
      ImGui::TableSetupColumn("Place", ImGuiTableColumnFlags_WidthStretch);
      // As many as there is room for; all of them are in Lines.
      const float row = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
      float room = ImGui::GetContentRegionAvail().y;
      for (const TopLine& line : top.rows) {
        if ((room -= row) < 0) break;
        draw_top_line(view, top, line);
      }
      ImGui::EndTable();
    }
    if (menu_of_ == &top) draw_menu(view);
    ImGui::EndChild();
  }

  void draw_top_line(View& view, const TopLines& top, const TopLine& line) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    const RowMouse mouse = table_row(view, false);
    bar_cell(view, line.amount, line.bar, view.palette().bar);
    ImGui::TableNextColumn();
    ImGui::PushStyleColor(ImGuiCol_Text, view.palette().faint_text);
    right_text(line.share);
    ImGui::PopStyleColor();
    ImGui::TableNextColumn();
    text(fitted(line.label, ImGui::GetContentRegionAvail().x, true));
    if (mouse.is_over) {
      ImGui::SetTooltip(
          "%s\n%s", line.label.c_str(),
          line.names.file.empty() ? "Click to see the lines" : "Click to see the source");
    }
    if (mouse.clicked) {
      show_lines(view, top.metric, top.live_at);
      if (!line.names.file.empty()) show_source_of(view, line.names);
    }
    if (!mouse.asks_menu) return;
    menu_of_ = &top;
    menu_ = line;
    opens_menu_ = true;
  }

  void draw_menu(View& view) {
    if (opens_menu_) ImGui::OpenPopup("top menu");
    opens_menu_ = false;
    if (!ImGui::BeginPopup("top menu")) return;
    key_menu_items(view, menu_.names, menu_.label);
    ImGui::EndPopup();
  }

  Slot<int, OverviewFacts> slot_;
  Slot<int, OverviewFacts>::Shown shown_;
  const TopLines* menu_of_ = nullptr;
  TopLine menu_;
  bool opens_menu_ = false;
};

}  // namespace

std::unique_ptr<Panel> make_overview() { return std::make_unique<OverviewPanel>(); }

}  // namespace heaptally::view
