#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/profile/tree.h"
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

}  // namespace heaptally::view
