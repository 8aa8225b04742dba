// Lines: the table of who holds how much.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/profile/difference.h"
#include "viewer/model/recording.h"
#include "viewer/model/selection.h"

namespace heaptally::view {

struct LinesQuestion {
  Selection selection;
  Group group = Group::kLine;
  bool cumulative = false;  // taken for false where the group is not by place

  friend bool operator==(const LinesQuestion&, const LinesQuestion&) = default;
};

struct LineRow {
  Key key;
  Amount amount;  // by the selection's metric; of growth: what is live at the range's end
  Change change;  // of growth
};

// What the selection comes to, by row: descending by its metric.
struct Lines {
  LinesQuestion question;
  std::vector<LineRow> rows;  // those that amount to something; of growth: that changed
  Amount kept, whole;         // after the filters and before; of growth: live at the end
  Amount before;              // of growth: what the filters keep of what was live at the start
  std::uint64_t largest = 0;  // of the rows, by the selection's unit; of growth: without its sign
  Measured measured;
  std::string phrase;  // what is shown, and how exact it is
};

// Errors: as measure() and statistics().
Lines lines_of(const Recording& recording, const LinesQuestion& question);
// The query behind it. Errors: as query_of.
Query query_of(const LinesQuestion& question);

// What else there is to know of each row: by row of the lines they were made for.
struct LineColumns {
  std::vector<Amount> live;       // at the end of the range
  std::vector<Amount> peak;       // at its highest moment
  std::vector<Amount> total;      // allocated within it
  std::vector<Amount> temporary;  // of those
};

LineColumns columns_of(const Recording& recording, const Lines& lines);

enum class LineColumn : std::uint8_t {
  kPlace,
  kFunction,
  kAmount,  // the metric in the selection's unit; of growth: the change
  kShare,
  kCount,  // the metric in blocks, or in bytes if the unit is blocks
  kAverage,
  kBefore,
  kAfter,
  kLive,
  kPeak,
  kTotal,
  kTemporary,
  kTemporaryCount,
};
inline constexpr std::size_t kLineColumns = 13;

std::string_view title_of(LineColumn column, const Selection& selection);
// What a cell reads; empty where there is nothing, as while `columns` is null.
std::string cell_text(const Profile& profile, const Lines& lines, const LineColumns* columns,
                      std::size_t row, LineColumn column);

// In which order rows are shown, and which.
struct LineOrder {
  LineColumn column = LineColumn::kAmount;
  bool descending = true;
  std::string search;  // only rows whose place or function has it, in any case

  friend bool operator==(const LineOrder&, const LineOrder&) = default;
};

// Rows as they are shown.
struct ShownLines {
  std::shared_ptr<const Lines> lines;
  std::shared_ptr<const LineColumns> columns;  // null: they are not known yet
  std::vector<std::uint32_t> rows;
};

// Rows of equal values stay in the order of Lines.
std::vector<std::uint32_t> ordered_rows(const Profile& profile, const Lines& lines,
                                        const LineColumns* columns, const LineOrder& order);

// "1,234 lines, 12.0 MiB in 3 blocks; filtered, of 20.0 MiB in 7 blocks"
std::string summary_of(const Lines& lines);

// A whole stack of what a row stands for.
struct StackRow {
  TraceId trace{};  // one of those that read the same
  Amount amount;
  Change change;  // of growth
};

struct Stacks {
  std::vector<StackRow> rows;  // greatest first, no more than kMostStacks
  std::size_t all = 0;         // how many there are
};
inline constexpr std::size_t kMostStacks = 500;

// The tracebacks that make up a row of `lines`.
Stacks stacks_of(const Recording& recording, const Lines& lines, const Key& key);

// Most recent call first: which of the frames the trace is charged to, and those before it are
// machinery.
struct StackFrame {
  PlaceId place{};
  bool is_machinery = false;
};
std::vector<StackFrame> frames_of(const Profile& profile, TraceId trace);
// As tracemalloc writes it, most recent call last.
std::string stack_text(const Profile& profile, TraceId trace);

}  // namespace heaptally::view
