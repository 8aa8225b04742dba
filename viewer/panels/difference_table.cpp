#include "viewer/panels/difference_table.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/report/wording.h"
#include "viewer/model/key_names.h"
#include "viewer/panels/key_menu.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr std::array<Group, 8> kDifferenceGroups = {
    Group::kLine,      Group::kFunction, Group::kFile,    Group::kModule,
    Group::kTraceback, Group::kThread,   Group::kProcess, Group::kSize};
const std::vector<std::string> kDifferenceGroupNames = {
    "Lines", "Functions", "Files", "Modules", "Tracebacks", "Threads", "Processes", "Sizes"};
constexpr std::size_t kToldDifferences = 20;
// More rows would only be kept, not seen.
constexpr std::size_t kMostCells = 4096;

double share_of_change(std::int64_t change, std::uint64_t greatest) {
  if (greatest == 0) return 0;
  return std::abs(static_cast<double>(change)) / static_cast<double>(greatest);
}

}  // namespace

void DifferenceTable::forget() {
  differences_.forget();
  ordered_.forget();
  shown_ = {};
  laid_out_.reset();
  cells_.clear();
  chosen_ = kNone;
}

void DifferenceTable::draw_tools(View& view) {
  const float letter = ImGui::GetFontSize();
  search_box("##search differences", "Search (Ctrl+F)", order_.search, view.is_asked(Action::kFind),
             letter * 16);
  ImGui::SameLine();
  auto group = static_cast<std::size_t>(
      std::find(kDifferenceGroups.begin(), kDifferenceGroups.end(), group_) -
      kDifferenceGroups.begin());
  if (choice("##group of differences", kDifferenceGroupNames, group, letter * 8)) {
    group_ = kDifferenceGroups.at(group);
  }
  tooltip("What a row stands for");
}

void DifferenceTable::draw(View& view, DifferenceQuestion question, bool has_keys) {
  question.group = group_;
  ask(view, question);
  if (!is_shown(view, shown_)) return;
  draw_summary(view);
  const Differences& differences = *shown_->differences;
  if (shown_->rows.empty()) {
    const bool searches = !differences.all.rows.empty();
    empty_state(view, searches ? "Nothing found" : "Nothing changed",
                searches ? "No row has the text that is searched for."
                         : "What is live is the same on both sides, or the filters keep none of "
                           "it: c clears the filters.");
    return;
  }
  if (has_keys) do_keys(view);
  draw_rows(view);
  if (!ImGui::BeginPopup("difference menu")) return;
  if (chosen_ < shown_->rows.size()) {
    const std::uint32_t row = shown_->rows[chosen_];
    const StatisticDifference& difference = differences.all.rows[row];
    const KeyNames names = names_of(differences.profile(difference.vanished),
                                    differences.question.group, difference.key);
    key_menu_items(view, names, differences.label(row));
  }
  ImGui::EndPopup();
}

void DifferenceTable::ask(View& view, const DifferenceQuestion& question) {
  const auto differences = differences_.ask(
      view.worker, question, [](const DifferenceQuestion& of) { return find_differences(of); });
  if (!differences) {
    shown_ = {.answer = nullptr, .problem = differences.problem};
    return;
  }
  const OrderQuestion order{.differences = differences.answer, .order = order_};
  shown_ = ordered_.ask(view.worker, order, [](const OrderQuestion& of) {
    return Shown{.differences = of.differences, .rows = ordered_rows(*of.differences, of.order)};
  });
  if (laid_out_ == shown_.answer) return;
  laid_out_ = shown_.answer;
  cells_.clear();
  if (!shown_ || chosen_ >= shown_->rows.size()) chosen_ = kNone;
}

void DifferenceTable::draw_summary(const View& view) const {
  const float width = ImGui::GetContentRegionAvail().x;
  std::string summary = summary_of(*shown_->differences);
  const std::size_t rows = shown_->rows.size();
  if (rows != shown_->differences->all.rows.size()) {
    summary = fmt::format("{} found of {}", grouped_text(rows), summary);
  }
  text(fitted(summary, width));
  const std::string doubt = doubt_of(*shown_->differences);
  if (doubt.empty()) return;
  coloured_text(view.palette().warning, fitted(doubt, width));
  tooltip(doubt +
          "\nSnapshots are exact at marks, at the peak, at both ends, and everywhere with "
          "an event log (record --log).");
}

void DifferenceTable::draw_rows(View& view) {
  constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_Sortable | ImGuiTableFlags_Hideable |
                                     ImGuiTableFlags_Resizable | ImGuiTableFlags_Reorderable |
                                     ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollY |
                                     ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_BordersOuter |
                                     ImGuiTableFlags_NoSavedSettings;
  const bool by_count = shown_->differences->question.filters.unit == SortBy::kCount;
  const float height = ImGui::GetContentRegionAvail().y;
  // Each unit has a table of its own, so that each keeps its order.
  const char* const id = by_count ? "differences in blocks" : "differences";
  if (!ImGui::BeginTable(id, kDifferenceColumns, kFlags, {0, height})) return;
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
  if (opens_menu) ImGui::OpenPopup("difference menu");
}

void DifferenceTable::set_up_columns() {
  constexpr std::array<float, kDifferenceColumns> kLetters = {0, 4.8F, 4.8F, 6.8F, 5, 5, 5.4F};
  const bool by_count = shown_->differences->question.filters.unit == SortBy::kCount;
  const auto first = by_count ? DifferenceColumn::kCountChange : DifferenceColumn::kChange;
  ImGui::TableSetupScrollFreeze(0, 1);
  for (std::size_t i = 0; i < kDifferenceColumns; ++i) {
    const auto column = static_cast<DifferenceColumn>(i);
    ImGuiTableColumnFlags flags = ImGuiTableColumnFlags_PreferSortDescending;
    if (column == DifferenceColumn::kPlace) {
      flags = ImGuiTableColumnFlags_WidthStretch | ImGuiTableColumnFlags_NoHide;
    } else {
      flags |= ImGuiTableColumnFlags_WidthFixed;
    }
    if (column == first) flags |= ImGuiTableColumnFlags_DefaultSort;
    ImGui::TableSetupColumn(std::string(title_of(column)).c_str(), flags,
                            kLetters.at(i) * ImGui::GetFontSize(), static_cast<ImGuiID>(i));
  }
  header_row({true, false, false, false, false, false, false});
}

void DifferenceTable::read_sort() {
  const ImGuiTableSortSpecs* const specs = ImGui::TableGetSortSpecs();
  if (specs == nullptr || specs->SpecsCount == 0) return;
  order_.column = static_cast<DifferenceColumn>(specs->Specs[0].ColumnUserID);
  order_.descending = specs->Specs[0].SortDirection == ImGuiSortDirection_Descending;
}

bool DifferenceTable::draw_row(View& view, std::size_t shown) {
  const std::uint32_t row = shown_->rows[shown];
  Cells& cells = cells_of(row);
  ImGui::TableNextRow();
  RowMouse mouse;
  for (std::size_t i = 0; i < kDifferenceColumns; ++i) {
    const bool is_seen = ImGui::TableNextColumn();
    if (i == 0) mouse = table_row(view, shown == chosen_);
    if (is_seen) draw_cell(view, row, static_cast<DifferenceColumn>(i), cells);
  }
  if (mouse.clicked || mouse.asks_menu) chosen_ = shown;
  if (mouse.entered) show_source(view, row);
  return mouse.asks_menu;
}

void DifferenceTable::draw_cell(const View& view, std::uint32_t row, DifferenceColumn column,
                                Cells& cells) const {
  const std::string& content = cells.texts.at(static_cast<std::size_t>(column));
  const Differences& differences = *shown_->differences;
  const Change change = differences.all.rows[row].change;
  const auto colour = [&](std::int64_t value) {
    return value < 0 ? view.palette().shrank : view.palette().grew;
  };
  switch (column) {
    case DifferenceColumn::kPlace: {
      const float width = ImGui::GetContentRegionAvail().x;
      if (cells.width != width) {
        cells.width = width;
        cells.place = fitted(content, width, true);
      }
      text(cells.place);
      if (cells.place != content) tooltip(content);
      break;
    }
    case DifferenceColumn::kChange:
      bar_cell(view, content, share_of_change(change.bytes, differences.greatest_bytes),
               with_alpha(colour(change.bytes), 0.3F));
      break;
    case DifferenceColumn::kCountChange:
      bar_cell(view, content, share_of_change(change.count, differences.greatest_count),
               with_alpha(colour(change.count), 0.3F));
      break;
    default:
      right_text(content);
  }
}

DifferenceTable::Cells& DifferenceTable::cells_of(std::uint32_t row) {
  if (cells_.size() > kMostCells) cells_.clear();
  const auto [found, is_new] = cells_.try_emplace(row);
  if (is_new) {
    for (std::size_t i = 0; i < kDifferenceColumns; ++i) {
      found->second.texts.at(i) =
          cell_text(*shown_->differences, row, static_cast<DifferenceColumn>(i));
    }
  }
  return found->second;
}

void DifferenceTable::do_keys(View& view) {
  const RowKeys keys = row_keys(chosen_, shown_->rows.size(), page_);
  if (keys.moved) scrolls_ = true;
  if (chosen_ >= shown_->rows.size()) return;
  const std::uint32_t row = shown_->rows[chosen_];
  if (keys.entered) show_source(view, row);
  const Differences& differences = *shown_->differences;
  const StatisticDifference& difference = differences.all.rows[row];
  do_key_actions(view, names_of(differences.profile(difference.vanished),
                                differences.question.group, difference.key));
}

void DifferenceTable::show_source(View& view, std::uint32_t row) const {
  const Differences& differences = *shown_->differences;
  const StatisticDifference& difference = differences.all.rows[row];
  show_source_of(view, names_of(differences.profile(difference.vanished),
                                differences.question.group, difference.key));
}

std::optional<Table> DifferenceTable::table() const {
  if (!shown_) return {};
  Table table;
  for (std::size_t i = 0; i < kDifferenceColumns; ++i) {
    table.columns.emplace_back(title_of(static_cast<DifferenceColumn>(i)));
    table.left.push_back(i == 0);
  }
  table.rows.reserve(shown_->rows.size());
  for (const std::uint32_t row : shown_->rows) {
    std::vector<std::string>& cells = table.rows.emplace_back();
    cells.reserve(kDifferenceColumns);
    for (std::size_t i = 0; i < kDifferenceColumns; ++i) {
      cells.push_back(cell_text(*shown_->differences, row, static_cast<DifferenceColumn>(i)));
    }
  }
  return table;
}

std::string DifferenceTable::command() const {
  return shown_ ? diff_command(shown_->differences->question) : std::string();
}

void DifferenceTable::tell_state(nlohmann::json& state) const {
  state["group"] = name_of(group_);
  state["search"] = order_.search;
  state["sort"] = title_of(order_.column);
  state["descending"] = order_.descending;
  state["problem"] = shown_.problem;
  state["rows"] = nlohmann::json::array();
  state["chosen"] = nullptr;
  if (!shown_) return;
  const Differences& differences = *shown_->differences;
  state["summary"] = summary_of(differences);
  state["doubt"] = doubt_of(differences);
  state["shown"] = shown_->rows.size();
  if (chosen_ < shown_->rows.size()) state["chosen"] = differences.label(shown_->rows[chosen_]);
  for (std::size_t i = 0; i < std::min(kToldDifferences, shown_->rows.size()); ++i) {
    const std::uint32_t row = shown_->rows[i];
    const StatisticDifference& difference = differences.all.rows[row];
    state["rows"].push_back({{"place", differences.label(row)},
                             {"bytes", difference.amount.bytes},
                             {"count", difference.amount.count},
                             {"change_bytes", difference.change.bytes},
                             {"change_count", difference.change.count}});
  }
}

}  // namespace heaptally::view
