#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <numeric>
#include <sstream>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/profile/tree.h"
#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/traceback_text.h"
#include "core/report/wording.h"
#include "viewer/model/lines.h"

namespace heaptally::view {
namespace {

std::string of_unit(SortBy unit, Amount amount) {
  return unit == SortBy::kSize ? size_text(amount.bytes) : grouped_text(amount.count);
}

std::string signed_of_unit(SortBy unit, Change change) {
  if (unit == SortBy::kSize) return signed_size_text(change.bytes);
  const auto size = static_cast<std::uint64_t>(std::abs(change.count));
  return (change.count < 0 ? "-" : "+") + grouped_text(size);
}

SortBy other_unit(SortBy unit) { return unit == SortBy::kSize ? SortBy::kCount : SortBy::kSize; }

Amount before_of(const LineRow& row) {
  const Change change = row.change;
  return row.amount - Amount{.bytes = static_cast<std::uint64_t>(change.bytes),
                             .count = static_cast<std::uint64_t>(change.count)};
}

bool has_places(Group group) { return is_by_place(group) || group == Group::kTraceback; }

// Amounts of a column; null where it is not known or has none.
const std::vector<Amount>* amounts_of(const LineColumns* columns, LineColumn column) {
  if (columns == nullptr) return nullptr;
  switch (column) {
    case LineColumn::kLive:
      return &columns->live;
    case LineColumn::kPeak:
      return &columns->peak;
    case LineColumn::kTotal:
      return &columns->total;
    case LineColumn::kTemporary:
    case LineColumn::kTemporaryCount:
      return &columns->temporary;
    default:
      return nullptr;
  }
}

// What a column of numbers is sorted by.
double value_of(const Lines& lines, const LineColumns* columns, std::size_t row,
                LineColumn column) {
  const SortBy unit = lines.question.selection.unit;
  const LineRow& line = lines.rows[row];
  const bool grows = lines.measured.before.has_value();
  const auto number = [&](SortBy by) {
    if (!grows) return static_cast<double>(measure(by, line.amount));
    return static_cast<double>(by == SortBy::kSize ? line.change.bytes : line.change.count);
  };
  if (const auto* const amounts = amounts_of(columns, column)) {
    const SortBy by = column == LineColumn::kTemporaryCount ? SortBy::kCount : unit;
    return static_cast<double>(measure(by, (*amounts)[row]));
  }
  switch (column) {
    case LineColumn::kCount:
      return number(other_unit(unit));
    case LineColumn::kAverage:
      return line.amount.count == 0
                 ? 0
                 : static_cast<double>(line.amount.bytes) / static_cast<double>(line.amount.count);
    case LineColumn::kBefore:
      return static_cast<double>(measure(unit, before_of(line)));
    case LineColumn::kAfter:
      return static_cast<double>(measure(unit, line.amount));
    default:
      return number(unit);
  }
}

bool is_found(std::string_view text, std::string_view lower_needle) {
  const auto same = [](char a, char lower) {
    return std::tolower(static_cast<unsigned char>(a)) == static_cast<unsigned char>(lower);
  };
  return std::search(text.begin(), text.end(), lower_needle.begin(), lower_needle.end(), same) !=
         text.end();
}

std::string function_text(const Profile& profile, const Lines& lines, std::size_t row) {
  const Group group = lines.question.group;
  if (!has_places(group) || group == Group::kFile || group == Group::kModule) return {};
  return printable(profile.places().function(lines.rows[row].key.place));
}

}  // namespace

std::string_view title_of(LineColumn column, const Selection& selection) {
  constexpr std::array<std::string_view, kViewMetrics> kMetrics = {"Live", "Total", "Temporary",
                                                                   "Growth", "Leaked"};
  switch (column) {
    case LineColumn::kPlace:
      return "Place";
    case LineColumn::kFunction:
      return "Function";
    case LineColumn::kAmount:
      return kMetrics[static_cast<std::size_t>(selection.metric)];
    case LineColumn::kShare:
      return "Share";
    case LineColumn::kCount:
      return selection.unit == SortBy::kSize ? "Blocks" : "Bytes";
    case LineColumn::kAverage:
      return "Average";
    case LineColumn::kBefore:
      return "Before";
    case LineColumn::kAfter:
      return "After";
    case LineColumn::kLive:
      return "At end";
    case LineColumn::kPeak:
      return "At peak";
    case LineColumn::kTotal:
      return "Allocated";
    case LineColumn::kTemporary:
      return "Temporary";
    case LineColumn::kTemporaryCount:
      return "Temp. blocks";
  }
  return {};
}

std::string cell_text(const Profile& profile, const Lines& lines, const LineColumns* columns,
                      std::size_t row, LineColumn column) {
  const LineRow& line = lines.rows[row];
  const SortBy unit = lines.question.selection.unit;
  const bool grows = lines.measured.before.has_value();
  if (const auto* const amounts = amounts_of(columns, column)) {
    return of_unit(column == LineColumn::kTemporaryCount ? SortBy::kCount : unit, (*amounts)[row]);
  }
  switch (column) {
    case LineColumn::kPlace:
      return key_label(profile, lines.question.group, line.key);
    case LineColumn::kFunction:
      return function_text(profile, lines, row);
    case LineColumn::kAmount:
      return grows ? signed_of_unit(unit, line.change) : of_unit(unit, line.amount);
    case LineColumn::kShare:
      return grows ? "" : percent_text(measure(unit, line.amount), measure(unit, lines.kept));
    case LineColumn::kCount:
      return grows ? signed_of_unit(other_unit(unit), line.change)
                   : of_unit(other_unit(unit), line.amount);
    case LineColumn::kAverage:
      return line.amount.count == 0 ? "" : average_text(line.amount);
    case LineColumn::kBefore:
      return grows ? of_unit(unit, before_of(line)) : "";
    case LineColumn::kAfter:
      return of_unit(unit, line.amount);
    default:
      return {};
  }
}

std::vector<std::uint32_t> ordered_rows(const Profile& profile, const Lines& lines,
                                        const LineColumns* columns, const LineOrder& order) {
  std::vector<std::uint32_t> rows(lines.rows.size());
  std::iota(rows.begin(), rows.end(), 0U);
  if (!order.search.empty()) {
    std::string needle = order.search;
    for (char& c : needle) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    std::erase_if(rows, [&](std::uint32_t row) {
      return !is_found(cell_text(profile, lines, columns, row, LineColumn::kPlace), needle) &&
             !is_found(function_text(profile, lines, row), needle);
    });
  }
  const auto sort = [&](const auto& values) {
    std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
      return order.descending ? values[b] < values[a] : values[a] < values[b];
    });
  };
  if (order.column == LineColumn::kPlace || order.column == LineColumn::kFunction) {
    std::vector<std::string> texts(lines.rows.size());
    for (const std::uint32_t row : rows) {
      texts[row] = cell_text(profile, lines, columns, row, order.column);
    }
    sort(texts);
    return rows;
  }
  std::vector<double> values(lines.rows.size());
  for (const std::uint32_t row : rows) values[row] = value_of(lines, columns, row, order.column);
  sort(values);
  return rows;
}

std::string summary_of(const Lines& lines) {
  const LinesQuestion& question = lines.question;
  std::string text =
      counted(lines.rows.size(), rows_name(question.group), rows_name_plural(question.group));
  if (lines.measured.before) {
    const Change change = change_from(lines.before, lines.kept);
    return text + fmt::format(" changed, by {} in all ({} blocks): from {} to {}",
                              signed_size_text(change.bytes),
                              signed_of_unit(SortBy::kCount, change), size_text(lines.before.bytes),
                              size_text(lines.kept.bytes));
  }
  const bool is_live = lines.measured.now.metric == Metric::kLive;
  const Metric metric = is_live ? Metric::kLive : Metric::kTotal;
  text += ", " + amount_text(lines.kept, metric);
  if (lines.kept != lines.whole) text += "; filtered, of " + amount_text(lines.whole, metric);
  return text;
}

std::vector<StackFrame> frames_of(const Profile& profile, TraceId trace) {
  std::vector<StackFrame> frames;
  const PlaceId site = profile.sites()[trace];
  bool is_below = true;
  for_each_place(profile.data(), profile.places(), trace, [&](PlaceId place) {
    is_below = is_below && place != site;
    frames.push_back({.place = place, .is_machinery = is_below});
  });
  return frames;
}

std::string stack_text(const Profile& profile, TraceId trace) {
  std::ostringstream out;
  SourceLines source;
  write_traceback(profile, trace, source, out);
  return std::move(out).str();
}

}  // namespace heaptally::view
