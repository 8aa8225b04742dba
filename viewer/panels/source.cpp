#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "viewer/model/command_line.h"
#include "viewer/model/source_view.h"
#include "viewer/panels/key_menu.h"
#include "viewer/panels/lines_parts.h"
#include "viewer/panels/panel_list.h"
#include "viewer/panels/rows.h"
#include "viewer/panels/source_parts.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr std::size_t kToldLines = 40;

class SourcePanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kSource; }

  void draw(View& view) override {
    choose_first(view);
    const auto [whole, height] = ImGui::GetContentRegionAvail();
    const float left = std::clamp(files_share_, 0.1F, 0.6F) * whole;
    ask(view);
    ImGui::BeginChild("files pane", {left, height});
    files_.draw(view);
    ImGui::EndChild();
    ImGui::SameLine(0, 3);
    files_share_ += splitter(view, "files splitter", false, height) / std::max(whole, 1.0F);
    ImGui::SameLine(0, 3);
    ImGui::BeginChild("source pane", {0, height});
    draw_file(view);
    dialog_.draw(view);
    ImGui::EndChild();
  }

  void forget() override {
    lines_slot_.forget();
    source_slot_.forget();
    files_.forget();
    stacks_.forget();
    shown_ = {};
    last_.reset();
  }

  std::optional<Table> table(const View& view) const override {
    if (!shown_) return {};
    Table table{.columns = {"Line"}, .left = {false}, .rows = {}};
    for (const std::string& title : titles(view)) {
      table.columns.push_back(title);
      table.left.push_back(false);
    }
    table.columns.emplace_back("Source");
    table.left.push_back(true);
    table.rows.reserve(shown_->lines.size());
    for (const SourceLine& line : shown_->lines) {
      std::vector<std::string>& cells = table.rows.emplace_back();
      cells.push_back(std::to_string(line.number));
      for (std::size_t i = 0; i < kAmounts; ++i) cells.push_back(amount_cell(line, i));
      cells.push_back(line.text);
    }
    return table;
  }

  // The command knows no ranges.
  std::string command(const View& view) const override {
    if (!shown_ || selection().range) return {};
    std::vector<std::string> words = {"annotate", view.recording->file().string(), shown_->file};
    if (shown_.question.lines->question.cumulative) words.emplace_back("--cumulative");
    const std::vector<std::string> filters = filter_options(selection());
    words.insert(words.end(), filters.begin(), filters.end());
    return shell_words(words);
  }

  void tell_state(const View& view, nlohmann::json& state) const override {
    state["file"] = view.source ? view.source->file : "";
    state["line"] = view.source ? view.source->line : 0;
    state["files"] = files_.size();
    state["problem"] = shown_.problem;
    state["command"] = command(view);
    if (!shown_) return;
    state["path"] = shown_->found.path;
    state["lines"] = shown_->lines.size();
    state["is_newer"] = shown_->is_newer;
    state["is_too_short"] = shown_->is_too_short;
    state["stacks"] = stacks_.stacks();
    state["hot"] = nlohmann::json::array();
    for (std::size_t i = 0; i < std::min(kToldLines, shown_->hot.size()); ++i) {
      const HotLine& line = shown_->hot[i];
      state["hot"].push_back({{"line", line.line},
                              {"bytes", line.amount.bytes},
                              {"count", line.amount.count},
                              {"peak_bytes", line.peak.bytes},
                              {"total_bytes", line.total.bytes}});
    }
  }

 private:
  static constexpr std::size_t kAmounts = 4;
  struct Question {
    std::shared_ptr<const Lines> lines;
    std::string file;
    SourcePaths paths;

    friend bool operator==(const Question&, const Question&) = default;
  };

  // Where nothing was asked for: what has most.
  void choose_first(View& view) {
    if (view.source) return;
    const std::string file = files_.first();
    if (!file.empty()) view.source = SourcePlace{.file = file, .line = 0};
  }

  void ask(View& view) {
    const auto recording = view.recording;
    const auto lines = lines_slot_.ask(
        view.worker,
        {.selection = view.selection(), .group = Group::kLine, .cumulative = cumulative_},
        [recording](const LinesQuestion& question) { return lines_of(*recording, question); });
    if (!lines.problem.empty()) shown_ = {.answer = nullptr, .problem = lines.problem};
    if (!lines || !view.source) return;
    shown_ = source_slot_.ask(
        view.worker,
        {.lines = lines.answer, .file = view.source->file, .paths = view.settings.source_paths},
        [recording](const Question& question) {
          return source_view(*recording, *question.lines, question.file, question.paths);
        });
  }

  const Selection& selection() const { return shown_.question.lines->question.selection; }

  void draw_file(View& view) {
    if (!view.source) {
      if (files_.is_empty()) {
        empty_state(view, "No source lines are known",
                    "The program has no debug information: compile it with -g, or let `heaptally "
                    "resolve` add it from debug files.");
      } else {
        waiting_state(view);
      }
      return;
    }
    if (!is_shown(view, shown_)) return;
    take_answer(view);
    do_keys(view);
    draw_head(view);
    const float height = ImGui::GetContentRegionAvail().y;
    const float below = shows_callers_ ? std::clamp(share_, 0.15F, 0.8F) * height : 0;
    draw_lines(view,
               height - below - (shows_callers_ ? ImGui::GetStyle().ItemSpacing.y * 2 + 6 : 0));
    if (!shows_callers_) return;
    share_ -= splitter(view, "callers splitter", true, ImGui::GetContentRegionAvail().x) /
              std::max(height, 1.0F);
    ImGui::BeginChild("callers");
    draw_callers(view);
    ImGui::EndChild();
  }

  // The line that was asked for comes into sight; of another file the hottest one.
  void take_answer(View& view) {
    const bool is_other_place = !(place_ == *view.source);
    if (last_ == shown_.answer && !is_other_place) return;
    const bool is_other_file = !last_ || last_->file != shown_->file;
    last_ = shown_.answer;
    if (shown_->file != view.source->file) return;
    if (view.source->line == 0 && is_other_file) {
      view.source->line = hottest(*shown_, selection().unit).value_or(0);
    }
    place_ = *view.source;
    scrolls_ = scrolls_ || is_other_file || is_other_place;
  }

  void go_to(View& view, std::uint32_t line) {
    view.source->line = line;
    place_ = *view.source;
    scrolls_ = true;
  }

  const HotLine* chosen_hot(const View& view) const {
    const auto at = index_of_line(*shown_, view.source->line);
    if (!at || !shown_->lines[*at].hot) return nullptr;
    return &shown_->hot[*shown_->lines[*at].hot];
  }

  void do_keys(View& view) {
    std::size_t chosen = index_of_line(*shown_, view.source->line).value_or(shown_->lines.size());
    const RowKeys keys = row_keys(chosen, shown_->lines.size(), page_);
    if (keys.moved) go_to(view, shown_->lines[chosen].number);
    for (const bool backwards : {false, true}) {
      if (!view.is_asked(backwards ? Action::kPreviousHot : Action::kNextHot)) continue;
      if (const auto line = next_hot(*shown_, view.source->line, backwards)) go_to(view, *line);
    }
    do_key_actions(view, names(view));
  }

  KeyNames names(const View& view) const {
    KeyNames names;
    names.file = shown_->file;
    names.line = view.source->line;
    const std::string file = as_pattern(names.file);
    names.call = fmt::format("{}:{}", file, names.line);
    names.filter = names.call;
    return names;
  }

  void draw_head(View& view) {
    const float letter = ImGui::GetFontSize();
    if (ImGui::Button("Editor")) {
      open_editor(view, {.file = shown_->file, .line = view.source->line});
    }
    tooltip("Open this line in your editor (o)");
    ImGui::SameLine();
    if (toggle(view, "Cumulative", cumulative_)) cumulative_ = !cumulative_;
    tooltip("Also count what the calls that a line makes allocate");
    ImGui::SameLine();
    if (toggle(view, "Callers", shows_callers_)) shows_callers_ = !shows_callers_;
    tooltip("The stacks that reach the chosen line, below the source");
    ImGui::SameLine();
    if (ImGui::Button("Previous")) view.choose(Action::kPreviousHot);
    tooltip("The line with memory above (p)");
    ImGui::SameLine(0, 2);
    if (ImGui::Button("Next")) view.choose(Action::kNextHot);
    tooltip("The line with memory below (n)");
    ImGui::SameLine(0, letter);
    ImGui::AlignTextToFramePadding();
    const std::string& path = shown_->found.path.empty() ? shown_->file : shown_->found.path;
    text(fitted(short_text(path), ImGui::GetContentRegionAvail().x, true));
    tooltip(short_text(shown_->file));
    if (draw_source_warnings(view, *shown_)) dialog_.open(shown_->file);
  }

  std::array<std::string, kAmounts> titles(const View& view) const {
    return {std::string(title_of(LineColumn::kAmount, view.selection())), "At peak", "At end",
            "Allocated"};
  }

  std::string amount_cell(const SourceLine& line, std::size_t column) const {
    if (!line.hot) return {};
    const HotLine& hot = shown_->hot[*line.hot];
    const SortBy unit = selection().unit;
    if (column == 0 && is_signed(selection())) {
      return hot.change == Change{} ? "" : change_text(unit, hot.change);
    }
    const std::array<Amount, kAmounts> amounts = {hot.amount, hot.peak, hot.live, hot.total};
    const Amount amount = amounts.at(column);
    return amount == Amount{} ? "" : amount_text(unit, amount);
  }

  void draw_lines(View& view, float height) {
    ImGui::PushFont(view.fonts.mono);
    const float letter = ImGui::CalcTextSize("0").x;
    const float padding = 2 * ImGui::GetStyle().CellPadding.x;
    const std::string last =
        shown_->lines.empty() ? "0" : std::to_string(shown_->lines.back().number);
    const float width = ImGui::GetContentRegionAvail().x - kMarksWidth - 2;
    const float amounts = 10 * letter;
    const float number = static_cast<float>(std::max<std::size_t>(last.size(), 3) + 2) * letter;
    const float taken = kAmounts * (amounts + padding) + number + padding;
    const float needed = static_cast<float>(shown_->longest + 1) * letter;
    const float room = width - taken - padding - ImGui::GetStyle().ScrollbarSize - 8;
    const float row_height = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
    page_ = static_cast<std::size_t>(std::max(1.0F, height / row_height - 2));
    constexpr ImGuiTableFlags kFlags =
        ImGuiTableFlags_ScrollY | ImGuiTableFlags_ScrollX | ImGuiTableFlags_BordersOuter |
        ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_NoSavedSettings |
        ImGuiTableFlags_SizingFixedFit;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    bool opens_menu = false;
    float wanted_scroll = -1;
    if (marks_clicked_ >= 0) wanted_scroll = std::exchange(marks_clicked_, -1.0F);
    if (ImGui::BeginTable("source", kAmounts + 2, kFlags, {width, height})) {
      ImGui::TableSetupScrollFreeze(kAmounts + 1, 1);
      for (const std::string& title : titles(view)) {
        ImGui::TableSetupColumn(title.c_str(), ImGuiTableColumnFlags_WidthFixed, amounts);
      }
      ImGui::TableSetupColumn("Line", ImGuiTableColumnFlags_WidthFixed, number);
      ImGui::TableSetupColumn("Source", ImGuiTableColumnFlags_WidthFixed, std::max(room, needed));
      ImGui::TableHeadersRow();
      if (std::exchange(scrolls_, false)) scroll_to(view, row_height);
      if (wanted_scroll >= 0) ImGui::SetScrollY(wanted_scroll * ImGui::GetScrollMaxY());
      ImGuiListClipper clipper;
      clipper.Begin(static_cast<int>(shown_->lines.size()), row_height);
      while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
          opens_menu |= draw_line(view, shown_->lines[static_cast<std::size_t>(i)]);
        }
      }
      ImGui::EndTable();
    }
    ImGui::PopFont();
    ImGui::SetCursorScreenPos({at.x + width + 2, at.y});
    if (const auto clicked = draw_heat_marks(view, *shown_, selection(), height)) {
      marks_clicked_ = *clicked;
    }
    if (opens_menu) ImGui::OpenPopup("line menu");
    draw_menu(view);
  }

  // In the upper half, with what comes before it.
  void scroll_to(const View& view, float row_height) const {
    const auto at = index_of_line(*shown_, view.source->line);
    if (!at) return;
    const float top = static_cast<float>(*at) * row_height;
    const float room = ImGui::GetWindowHeight() - 2 * row_height;
    if (top >= ImGui::GetScrollY() && top + row_height <= ImGui::GetScrollY() + room) return;
    ImGui::SetScrollY(std::max(0.0F, top - room * 0.4F));
  }

  bool draw_line(View& view, const SourceLine& line) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    const bool is_chosen = line.number == view.source->line;
    // The colour of what is chosen would be taken for another heat.
    const RowMouse mouse = table_row(view, is_chosen && !line.hot);
    if (line.hot) {
      const HotLine& hot = shown_->hot[*line.hot];
      // By the root of the share: what is a hundredth of the hottest line is still seen.
      const double heat =
          std::sqrt(heat_of(*shown_, hot, selection().unit, is_signed(selection())));
      const bool shrank = is_signed(selection()) && hot.change.bytes < 0;
      const Colour32 colour = shrank ? view.palette().shrank : view.palette().grew;
      if (heat > 0) {
        ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg0,
                               with_alpha(colour, 0.06F + 0.34F * static_cast<float>(heat)));
      }
    }
    for (std::size_t i = 0; i < kAmounts; ++i) {
      if (i > 0) ImGui::TableNextColumn();
      right_text(amount_cell(line, i));
    }
    ImGui::TableNextColumn();
    std::string number = line.number == 0 ? "?" : std::to_string(line.number);
    if (is_chosen) {
      number = "▸" + number;
      ImGui::TableSetBgColor(ImGuiTableBgTarget_CellBg, with_alpha(view.palette().accent, 0.3F));
    }
    const float space = ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(number.c_str()).x;
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0F, space));
    coloured_text(is_chosen ? view.palette().text : view.palette().faint_text, number);
    ImGui::TableNextColumn();
    draw_source_text(view, *shown_, line);
    if (mouse.clicked || mouse.asks_menu) {
      view.source->line = line.number;
      place_ = *view.source;
    }
    if (mouse.entered) open_editor(view, {.file = shown_->file, .line = line.number});
    return mouse.asks_menu;
  }

  void draw_menu(View& view) {
    if (!ImGui::BeginPopup("line menu")) return;
    const std::string label = fmt::format("{}:{}", short_text(shown_->file), view.source->line);
    faint_text(view, fitted(label, ImGui::GetFontSize() * 24, true));
    ImGui::Separator();
    key_menu_items(view, names(view), label);
    ImGui::EndPopup();
  }

  void draw_callers(View& view) {
    const HotLine* const hot = chosen_hot(view);
    if (hot == nullptr || !hot->key) {
      const bool has_some = hot != nullptr;
      empty_state(view, has_some ? "None of it" : "Nothing is allocated here",
                  has_some ? "The line has memory, but none of the chosen metric."
                           : "n and p lead to the next and previous line with memory.");
      return;
    }
    stacks_.draw(view, shown_.question.lines, &*hot->key);
  }

  SourceFiles files_;
  SourceDialog dialog_;
  StacksPane stacks_;
  Slot<LinesQuestion, Lines> lines_slot_;
  Slot<Question, SourceView> source_slot_;
  Slot<Question, SourceView>::Shown shown_;
  std::shared_ptr<const SourceView> last_;
  SourcePlace place_;  // that was taken into sight
  bool cumulative_ = false;
  bool shows_callers_ = true;
  bool scrolls_ = false;
  float files_share_ = 0.24F;
  float share_ = 0.34F;
  float marks_clicked_ = -1;
  std::size_t page_ = 10;
};

}  // namespace

std::unique_ptr<Panel> make_source() { return std::make_unique<SourcePanel>(); }

}  // namespace heaptally::view
