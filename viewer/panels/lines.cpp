#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/report/wording.h"
#include "viewer/model/command_line.h"
#include "viewer/model/key_names.h"
#include "viewer/panels/key_menu.h"
#include "viewer/panels/lines_parts.h"
#include "viewer/panels/panel_list.h"
#include "viewer/panels/rows.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr std::array<Group, 8> kGroups = {Group::kLine,    Group::kFunction,  Group::kFile,
                                          Group::kModule,  Group::kTraceback, Group::kThread,
                                          Group::kProcess, Group::kSize};
const std::vector<std::string> kGroupNames = {"Lines",      "Functions", "Files",     "Modules",
                                              "Tracebacks", "Threads",   "Processes", "Sizes"};
constexpr std::size_t kToldRows = 20;

bool is_same(const Key& a, const Key& b) {
  return a.place == b.place && a.trace == b.trace && a.task == b.task && a.process == b.process &&
         a.size_class == b.size_class;
}

// What tells functions apart is to be in sight in a narrow column.
void drop_anonymous(std::string& function) {
  constexpr std::string_view kAnonymous = "(anonymous namespace)::";
  for (auto at = function.find(kAnonymous); at != std::string::npos;
       at = function.find(kAnonymous)) {
    function.erase(at, kAnonymous.size());
  }
}

class LinesPanel : public Panel {
 public:
  PanelId id() const override { return PanelId::kLines; }

  void draw(View& view) override {
    question_.selection = view.selection();
    draw_tools(view);
    ask(view);
    if (!is_shown(view, shown_)) return;
    take_answer();
    draw_lines_summary(view, *shown_);
    const float height = ImGui::GetContentRegionAvail().y;
    const float below = shows_stacks_ ? std::clamp(share_, 0.15F, 0.8F) * height : 0;
    do_keys(view);
    draw_table(view,
               height - below - (shows_stacks_ ? ImGui::GetStyle().ItemSpacing.y * 2 + 6 : 0));
    draw_menu(view);
    if (!shows_stacks_) return;
    share_ -= splitter(view, "stacks splitter", true, ImGui::GetContentRegionAvail().x) /
              std::max(height, 1.0F);
    ImGui::BeginChild("stacks");
    stacks_.draw(view, shown_->lines, chosen_key());
    ImGui::EndChild();
  }

  void forget() override {
    lines_slot_.forget();
    columns_slot_.forget();
    order_slot_.forget();
    stacks_.forget();
    shown_ = {};
    last_.reset();
    cells_.clear();
    chosen_ = kNone;
    keeps_.reset();
  }

  std::optional<Table> table(const View& view) const override {
    if (!shown_) return {};
    std::vector<LineColumn> columns;
    for (const ColumnShape& shape : column_shapes()) {
      const bool is_hidden = shape.hidden && !enabled_[index(shape.column)];
      if (is_of_use(shape.column, shown_->lines->question) && !is_hidden) {
        columns.push_back(shape.column);
      }
    }
    return table_of(view, *shown_, columns);
  }

  std::string command(const View& view) const override {
    if (!shown_) return {};
    const Lines& lines = *shown_->lines;
    std::vector<std::string> more = {"--group", std::string(name_of(lines.question.group))};
    if (query_of(lines.question).cumulative) more.emplace_back("--cumulative");
    more.insert(more.end(), {"--limit", "0"});
    return command_for("stats", *view.recording, lines.question.selection, &lines.measured, more);
  }

  void tell_state(const View& view, nlohmann::json& state) const override {
    state["group"] = name_of(question_.group);
    state["cumulative"] = question_.cumulative;
    state["search"] = order_.search;
    state["descending"] = order_.descending;
    state["sort"] = title_of(order_.column, question_.selection);
    state["chosen"] = nullptr;
    state["rows"] = nlohmann::json::array();
    state["problem"] = shown_.problem;
    state["command"] = command(view);
    if (!shown_) return;
    const Lines& lines = *shown_->lines;
    const Profile& profile = view.recording->profile(lines.question.selection.raw);
    state["summary"] = summary_of(lines);
    state["phrase"] = lines.phrase;
    state["shown"] = shown_->rows.size();
    state["stacks"] = stacks_.stacks();
    const auto label = [&](std::uint32_t row) {
      return cell_text(profile, lines, nullptr, row, LineColumn::kPlace);
    };
    if (chosen_ < shown_->rows.size()) state["chosen"] = label(shown_->rows[chosen_]);
    for (std::size_t i = 0; i < std::min(kToldRows, shown_->rows.size()); ++i) {
      const LineRow& row = lines.rows[shown_->rows[i]];
      state["rows"].push_back({{"place", label(shown_->rows[i])},
                               {"bytes", row.amount.bytes},
                               {"count", row.amount.count},
                               {"change_bytes", row.change.bytes},
                               {"change_count", row.change.count}});
    }
  }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  struct OrderQuestion {
    std::shared_ptr<const Lines> lines;
    std::shared_ptr<const LineColumns> columns;
    LineOrder order;

    friend bool operator==(const OrderQuestion&, const OrderQuestion&) = default;
  };
  // What was laid out of a row.
  struct Cells {
    std::array<std::string, kLineColumns> texts;
    std::array<float, 2> widths{};
    std::array<std::string, 2> fitted;
  };

  static std::size_t index(LineColumn column) { return static_cast<std::size_t>(column); }

  void ask(View& view) {
    const auto recording = view.recording;
    const auto lines = lines_slot_.ask(
        view.worker, question_,
        [recording](const LinesQuestion& question) { return lines_of(*recording, question); });
    if (!lines) {
      // A problem hides what was there; what is awaited does not.
      if (!lines.problem.empty()) shown_ = {.answer = nullptr, .problem = lines.problem};
      return;
    }
    // Their other columns are counted after the rows are in sight.
    const auto columns = columns_slot_.ask(view.worker, lines.answer,
                                           [recording](const std::shared_ptr<const Lines>& of) {
                                             return columns_of(*recording, *of);
                                           });
    const OrderQuestion question{.lines = lines.answer,
                                 .columns = columns.is_current ? columns.answer : nullptr,
                                 .order = order_};
    shown_ = order_slot_.ask(view.worker, question, [recording](const OrderQuestion& of) {
      const Profile& profile = recording->profile(of.lines->question.selection.raw);
      return ShownLines{.lines = of.lines,
                        .columns = of.columns,
                        .rows = ordered_rows(profile, *of.lines, of.columns.get(), of.order)};
    });
  }

  // The row that was chosen is so in the new answer too; if none was, the first one is marked.
  void take_answer() {
    if (last_ == shown_.answer) return;
    last_ = shown_.answer;
    cells_.clear();
    if (!keeps_) {
      chosen_ = shown_->rows.empty() ? kNone : 0;
      return;
    }
    const bool is_of_group = keeps_group_ == shown_->lines->question.group;
    const auto found =
        std::find_if(shown_->rows.begin(), shown_->rows.end(), [&](std::uint32_t row) {
          return is_of_group && is_same(shown_->lines->rows[row].key, *keeps_);
        });
    chosen_ = found == shown_->rows.end() ? kNone
                                          : static_cast<std::size_t>(found - shown_->rows.begin());
    scrolls_ = chosen_ != kNone;
  }

  const Key* chosen_key() const {
    if (chosen_ >= shown_->rows.size()) return nullptr;
    return &shown_->lines->rows[shown_->rows[chosen_]].key;
  }

  const Profile& profile(const View& view) const {
    return view.recording->profile(shown_->lines->question.selection.raw);
  }

  KeyNames names(const View& view, const Key& key) const {
    return names_of(profile(view), shown_->lines->question.group, key);
  }

  void choose(std::size_t row) {
    chosen_ = row;
    if (const Key* const key = chosen_key()) {
      keeps_ = *key;
      keeps_group_ = shown_->lines->question.group;
    }
  }

  void do_keys(View& view) {
    const RowKeys keys = row_keys(chosen_, shown_->rows.size(), page_);
    if (keys.moved) {
      choose(chosen_);
      scrolls_ = true;
    }
    const Key* const key = chosen_key();
    if (key == nullptr) return;
    if (keys.entered) show_source_of(view, names(view, *key));
    do_key_actions(view, names(view, *key));
  }

  void draw_tools(View& view) {
    const float letter = ImGui::GetFontSize();
    search_box("##search", "Search places and functions (Ctrl+F)", order_.search,
               view.is_asked(Action::kFind), letter * 18);
    ImGui::SameLine();
    std::size_t group = static_cast<std::size_t>(
        std::find(kGroups.begin(), kGroups.end(), question_.group) - kGroups.begin());
    if (choice("##group", kGroupNames, group, letter * 8)) question_.group = kGroups.at(group);
    tooltip("What a row stands for");
    ImGui::SameLine();
    ImGui::BeginDisabled(!is_by_place(question_.group));
    if (toggle(view, "Cumulative", question_.cumulative && is_by_place(question_.group))) {
      question_.cumulative = !question_.cumulative;
    }
    tooltip("Count a trace for every row among its calls, once each: rows overlap");
    ImGui::EndDisabled();
    ImGui::SameLine();
    if (toggle(view, "Raw", view.selection().raw)) view.choose(Action::kRaw);
    tooltip("Charge the most recent frame, be it allocator machinery or not");
    ImGui::SameLine();
    if (toggle(view, "Stacks", shows_stacks_)) shows_stacks_ = !shows_stacks_;
    tooltip("The stacks of the row that is chosen, below the table");
  }

  void draw_table(View& view, float height) {
    if (shown_->lines->rows.empty()) {
      ImGui::BeginChild("nothing", {0, height});
      empty_state(view, "Nothing",
                  "Nothing of it is in this range, or the filters keep none: c "
                  "clears the filters, Backspace the range.");
      ImGui::EndChild();
      return;
    }
    constexpr ImGuiTableFlags kFlags =
        ImGuiTableFlags_Sortable | ImGuiTableFlags_Hideable | ImGuiTableFlags_Resizable |
        ImGuiTableFlags_Reorderable | ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollY |
        ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_BordersOuter |
        ImGuiTableFlags_NoSavedSettings;
    if (!ImGui::BeginTable("lines", kLineColumns, kFlags, {0, height})) return;
    set_up_columns();
    read_sort();
    const float row_height = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
    page_ = static_cast<std::size_t>(std::max(1.0F, height / row_height - 1));
    if (std::exchange(scrolls_, false) && chosen_ != kNone) {
      scroll_to_row(chosen_, row_height, row_height);
    }
    bool opens_menu = false;
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(shown_->rows.size()), row_height);
    while (clipper.Step()) {
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
        opens_menu |= draw_row(view, static_cast<std::size_t>(i));
      }
    }
    ImGui::EndTable();
    if (opens_menu) ImGui::OpenPopup("row menu");
  }

  void set_up_columns() {
    const float letter = ImGui::GetFontSize();
    const LinesQuestion& question = shown_->lines->question;
    ImGui::TableSetupScrollFreeze(0, 1);
    for (const ColumnShape& shape : column_shapes()) {
      ImGuiTableColumnFlags flags = ImGuiTableColumnFlags_None;
      if (!is_text(shape.column)) flags |= ImGuiTableColumnFlags_PreferSortDescending;
      if (shape.column == LineColumn::kAmount) flags |= ImGuiTableColumnFlags_DefaultSort;
      if (shape.column == LineColumn::kShare) flags |= ImGuiTableColumnFlags_NoSort;
      if (shape.column == LineColumn::kPlace) flags |= ImGuiTableColumnFlags_NoHide;
      if (shape.hidden) flags |= ImGuiTableColumnFlags_DefaultHide;
      if (!is_of_use(shape.column, question)) flags |= ImGuiTableColumnFlags_Disabled;
      flags |=
          shape.width == 0 ? ImGuiTableColumnFlags_WidthStretch : ImGuiTableColumnFlags_WidthFixed;
      const std::string title(title_of(shape.column, question.selection));
      ImGui::TableSetupColumn((title + "###" + std::to_string(index(shape.column))).c_str(), flags,
                              shape.width == 0 ? shape.weight : shape.width * letter,
                              static_cast<ImGuiID>(shape.column));
    }
    ImGui::TableHeadersRow();
  }

  void read_sort() {
    const ImGuiTableSortSpecs* const specs = ImGui::TableGetSortSpecs();
    if (specs == nullptr || specs->SpecsCount == 0) return;
    const ImGuiTableColumnSortSpecs& spec = specs->Specs[0];
    order_.column = static_cast<LineColumn>(spec.ColumnUserID);
    order_.descending = spec.SortDirection == ImGuiSortDirection_Descending;
  }

  // Returns whether its menu is asked for.
  bool draw_row(View& view, std::size_t shown) {
    const std::uint32_t row = shown_->rows[shown];
    Cells& cells = cells_of(view, row);
    ImGui::TableNextRow();
    RowMouse mouse;
    for (std::size_t i = 0; i < column_shapes().size(); ++i) {
      const LineColumn column = column_shapes()[i].column;
      const bool is_seen = ImGui::TableNextColumn();
      if (i == 0) mouse = table_row(view, shown == chosen_);
      enabled_[index(column)] =
          (ImGui::TableGetColumnFlags() & ImGuiTableColumnFlags_IsEnabled) != 0;
      if (is_seen) draw_cell(view, row, column, cells);
    }
    if (mouse.is_over && !cells.texts[0].empty() && ImGui::GetIO().MousePos.x < place_right_ &&
        cells.fitted[0] != cells.texts[0]) {
      ImGui::SetTooltip("%s", cells.texts[0].c_str());
    }
    if (mouse.clicked || mouse.asks_menu) choose(shown);
    if (mouse.entered) {
      show_source_of(view, names(view, shown_->lines->rows[row].key));
    }
    return mouse.asks_menu;
  }

  Cells& cells_of(const View& view, std::uint32_t row) {
    if (cells_.size() > 4096) cells_.clear();
    const auto [found, added] = cells_.try_emplace(row);
    if (!added) return found->second;
    const Lines& lines = *shown_->lines;
    for (const ColumnShape& shape : column_shapes()) {
      found->second.texts.at(index(shape.column)) =
          short_text(cell_text(profile(view), lines, shown_->columns.get(), row, shape.column));
    }
    drop_anonymous(found->second.texts.at(index(LineColumn::kFunction)));
    return found->second;
  }

  void draw_cell(const View& view, std::uint32_t row, LineColumn column, Cells& cells) {
    const std::string& content = cells.texts.at(index(column));
    if (is_text(column)) {
      const std::size_t which = index(column);
      const float width = ImGui::GetContentRegionAvail().x;
      if (which == 0) place_right_ = ImGui::GetCursorScreenPos().x + width;
      if (cells.widths.at(which) != width) {
        cells.widths.at(which) = width;
        cells.fitted.at(which) = fitted(content, width, column == LineColumn::kPlace);
      }
      if (column == LineColumn::kPlace) {
        text(cells.fitted.at(which));
      } else {
        faint_text(view, cells.fitted.at(which));
      }
      return;
    }
    if (column != LineColumn::kAmount) {
      right_text(content);
      return;
    }
    draw_line_amount(view, *shown_->lines, row, content);
  }

  void draw_menu(View& view) {
    if (!ImGui::BeginPopup("row menu")) return;
    if (const Key* const key = chosen_key()) {
      const std::string label = cell_text(profile(view), *shown_->lines, nullptr,
                                          shown_->rows[chosen_], LineColumn::kPlace);
      faint_text(view, fitted(short_text(label), ImGui::GetFontSize() * 24, true));
      ImGui::Separator();
      key_menu_items(view, names(view, *key), label);
    }
    ImGui::EndPopup();
  }

  LinesQuestion question_;
  LineOrder order_;
  Slot<LinesQuestion, Lines> lines_slot_;
  Slot<std::shared_ptr<const Lines>, LineColumns> columns_slot_;
  Slot<OrderQuestion, ShownLines> order_slot_;
  Slot<OrderQuestion, ShownLines>::Shown shown_;
  std::shared_ptr<const ShownLines> last_;
  std::unordered_map<std::uint32_t, Cells> cells_;  // of the rows that were in sight
  std::array<bool, kLineColumns> enabled_{};
  std::size_t chosen_ = kNone;  // of the rows as they are shown
  std::optional<Key> keeps_;
  Group keeps_group_ = Group::kLine;
  bool scrolls_ = false;
  bool shows_stacks_ = true;
  float share_ = 0.36F;  // of the height, for the stacks
  float place_right_ = 0;
  std::size_t page_ = 10;
  StacksPane stacks_;
};

}  // namespace

std::unique_ptr<Panel> make_lines() { return std::make_unique<LinesPanel>(); }

}  // namespace heaptally::view
