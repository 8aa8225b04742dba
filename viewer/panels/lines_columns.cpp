#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>
#include <imgui/imgui.h>

#include "core/profile/tree.h"
#include "core/report/wording.h"
#include "viewer/panels/lines_parts.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr std::array<ColumnShape, kLineColumns> kLineShapes = {{
    {LineColumn::kPlace, 0, 3},
    {LineColumn::kFunction, 0, 2},
    {LineColumn::kAmount, 7.2F, 0},
    {LineColumn::kShare, 4.2F, 0},
    {LineColumn::kCount, 5.2F, 0},
    {LineColumn::kAverage, 5.2F, 0},
    {LineColumn::kBefore, 5.2F, 0},
    {LineColumn::kAfter, 5.2F, 0},
    {LineColumn::kPeak, 5.2F, 0},
    {LineColumn::kLive, 5.2F, 0},
    {LineColumn::kTotal, 5.2F, 0},
    {LineColumn::kTemporary, 6, 0},
    {LineColumn::kTemporaryCount, 6.4F, 0, true},
}};

}  // namespace

std::span<const ColumnShape> column_shapes() { return kLineShapes; }

bool is_text(LineColumn column) {
  return column == LineColumn::kPlace || column == LineColumn::kFunction;
}

bool is_of_use(LineColumn column, const LinesQuestion& question) {
  const Selection& selection = question.selection;
  const bool grows = is_signed(selection);
  const bool is_live = selection.metric == ViewMetric::kLive;
  switch (column) {
    case LineColumn::kFunction:
      return question.group == Group::kLine || question.group == Group::kTraceback;
    case LineColumn::kShare:
    case LineColumn::kAverage:
      return !grows;
    case LineColumn::kBefore:
    case LineColumn::kAfter:
      return grows;
    case LineColumn::kPeak:
      return !(is_live && selection.live_at == LiveAt::kPeak);
    case LineColumn::kLive:
      return !grows && !(is_live && selection.live_at == LiveAt::kEnd);
    case LineColumn::kTotal:
      return selection.metric != ViewMetric::kTotal;
    case LineColumn::kTemporary:
    case LineColumn::kTemporaryCount:
      return selection.metric != ViewMetric::kTemporary;
    default:
      return true;
  }
}

void draw_line_amount(const View& view, const Lines& lines, std::uint32_t row,
                      const std::string& content) {
  const LineRow& line = lines.rows[row];
  const SortBy unit = lines.question.selection.unit;
  const auto largest = static_cast<double>(std::max<std::uint64_t>(lines.largest, 1));
  if (!lines.measured.before) {
    bar_cell(view, content, static_cast<double>(measure(unit, line.amount)) / largest,
             view.palette().bar);
    return;
  }
  const auto change =
      static_cast<double>(unit == SortBy::kSize ? line.change.bytes : line.change.count);
  const Colour32 colour = change < 0 ? view.palette().shrank : view.palette().grew;
  bar_cell(view, content, std::abs(change) / largest, with_alpha(colour, 0.35F));
}

void draw_lines_summary(const View& view, const ShownLines& shown) {
  const Lines& lines = *shown.lines;
  const float width = ImGui::GetContentRegionAvail().x;
  std::string summary = summary_of(lines);
  if (shown.rows.size() != lines.rows.size()) {
    summary = fmt::format("{} found of {}", grouped_text(shown.rows.size()), summary);
  }
  text(fitted(summary, width));
  const float left = width - ImGui::CalcTextSize(summary.c_str()).x - ImGui::GetFontSize();
  ImGui::SameLine(0, ImGui::GetFontSize());
  faint_text(view, fitted(lines.phrase, left));
  if (!lines.measured.note.empty()) {
    coloured_text(view.palette().warning, fitted(lines.measured.note, width));
    tooltip(lines.measured.note);
  }
}

Table table_of(const View& view, const ShownLines& shown, const std::vector<LineColumn>& columns) {
  const Lines& lines = *shown.lines;
  const Profile& profile = view.recording->profile(lines.question.selection.raw);
  Table table;
  for (const LineColumn column : columns) {
    table.columns.emplace_back(title_of(column, lines.question.selection));
    table.left.push_back(is_text(column));
  }
  table.rows.reserve(shown.rows.size());
  for (const std::uint32_t row : shown.rows) {
    std::vector<std::string>& cells = table.rows.emplace_back();
    cells.reserve(columns.size());
    for (const LineColumn column : columns) {
      cells.push_back(cell_text(profile, lines, shown.columns.get(), row, column));
    }
  }
  return table;
}

}  // namespace heaptally::view
