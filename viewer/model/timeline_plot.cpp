#include "viewer/model/timeline_plot.h"

#include <algorithm>
#include <cmath>

namespace heaptally::view {
namespace {

// What a hostile recording says beyond it is no rate.
constexpr double kMostRate = 1e18;

double as_number(Nanoseconds time) { return static_cast<double>(time.count()); }

Nanoseconds start_of_column(const TimeSpan& span, std::size_t column, std::size_t columns) {
  const double share = static_cast<double>(column) / static_cast<double>(columns);
  const double offset = as_number(span.to - span.from) * share;
  return span.from + Nanoseconds(static_cast<std::int64_t>(std::llround(offset)));
}

// Rows that end before or at a moment.
std::size_t rows_until(const HeapStack& stack, Nanoseconds time) {
  const auto& rows = stack.heap.rows;
  const auto after = std::partition_point(rows.begin(), rows.end(),
                                          [&](const TimelineRow& row) { return row.end <= time; });
  return static_cast<std::size_t>(after - rows.begin());
}

// Where between the edges of a row a moment lies, from 0 to 1.
double share_of_row(const TimelineRow& row, Nanoseconds time) {
  if (time <= row.start || row.end <= row.start) return 0;
  return std::min(1.0, as_number(time - row.start) / as_number(row.end - row.start));
}

std::uint64_t between(std::uint64_t a, std::uint64_t b, double share) {
  const double from = static_cast<double>(a);
  return static_cast<std::uint64_t>(from + (static_cast<double>(b) - from) * share);
}

// Fills one column after the other.
class ColumnFiller {
 public:
  ColumnFiller(const HeapStack& stack, StackColumns& plot) : stack_(stack), plot_(plot) {}

  void fill(std::size_t column, const TimeSpan& time) {
    const std::size_t first = rows_until(stack_, time.from);
    const std::size_t last = rows_until(stack_, time.to);
    if (first < last) {
      const std::size_t row = stack_.live.highest(first, last);
      fill_bands(column, row, row, 0);
    } else {
      fill_between(column, first, time.from + (time.to - time.from) / 2);
    }
    const auto& rows = stack_.heap.rows;
    const bool reaches_in = last < rows.size() && rows[last].start < time.to;
    plot_.most[column] =
        std::max(stack_.most.most(first, last + (reaches_in ? 1 : 0)), plot_.tops.back()[column]);
    const double allocated = allocated_until(time.to, last) - allocated_until(time.from, first);
    const double rate = allocated * 1e9 / std::max(1.0, as_number(time.to - time.from));
    plot_.rate[column] = static_cast<std::uint64_t>(std::clamp(rate, 0.0, kMostRate));
    fill_rss(column, time);
  }

 private:
  // Before `row` ends, after the one before it.
  void fill_between(std::size_t column, std::size_t row, Nanoseconds time) {
    const auto& rows = stack_.heap.rows;
    const std::size_t before = row == 0 ? kNothing : row - 1;
    if (row >= rows.size()) {
      fill_bands(column, before, before, 0);
    } else {
      fill_bands(column, before, row, share_of_row(rows[row], time));
    }
  }

  void fill_bands(std::size_t column, std::size_t before, std::size_t after, double share) {
    std::uint64_t top = 0;
    for (std::size_t i = 0; i < stack_.series.size(); ++i) {
      const auto& live = stack_.series[i].live;
      const auto at = [&](std::size_t row) { return row == kNothing ? 0 : live[row]; };
      plot_.tops[i][column] = top += between(at(before), at(after), share);
    }
    const auto whole_at = [&](std::size_t row) { return row == kNothing ? 0 : stack_.live[row]; };
    plot_.tops.back()[column] = std::max(top, between(whole_at(before), whole_at(after), share));
  }

  // `row`: how many rows end before or at the moment.
  double allocated_until(Nanoseconds time, std::size_t row) const {
    while (row < stack_.heap.rows.size() && stack_.heap.rows[row].end <= time) ++row;
    const auto sum = static_cast<double>(stack_.allocated[row].bytes);
    if (row >= stack_.heap.rows.size()) return sum;
    const TimelineRow& present = stack_.heap.rows[row];
    return sum + static_cast<double>(present.allocated.bytes) * share_of_row(present, time);
  }

  void fill_rss(std::size_t column, const TimeSpan& time) {
    if (plot_.rss.empty()) return;
    const RecordingData& data = stack_.recording->data();
    const auto until = [&](Nanoseconds moment) {
      const auto after =
          std::partition_point(data.samples.begin(), data.samples.end(),
                               [&](const Sample& sample) { return sample.time < moment; });
      return static_cast<std::size_t>(after - data.samples.begin());
    };
    const std::size_t first = until(time.from);
    const std::size_t last = until(time.to);
    const std::uint64_t before = first == 0 ? data.header.first_rss : stack_.rss[first - 1];
    plot_.rss[column] = first < last ? stack_.rss.most(first, last) : before;
  }

  static constexpr std::size_t kNothing = static_cast<std::size_t>(-1);

  const HeapStack& stack_;
  StackColumns& plot_;
};

}  // namespace

StackColumns stack_columns(const HeapStack& stack, const TimeSpan& span, std::size_t columns) {
  StackColumns plot;
  plot.columns = columns;
  plot.bands = stack.series.size() + 1;
  plot.tops.assign(plot.bands, std::vector<std::uint64_t>(columns));
  plot.most.resize(columns);
  plot.rate.resize(columns);
  if (stack.rss.size() > 0) plot.rss.resize(columns);
  ColumnFiller filler(stack, plot);
  for (std::size_t i = 0; i < columns; ++i) {
    const Nanoseconds from = start_of_column(span, i, columns);
    filler.fill(i, {.from = from,
                    .to = std::max(start_of_column(span, i + 1, columns), from + Nanoseconds(1))});
    plot.highest = std::max(plot.highest, plot.most[i]);
    plot.highest_rate = std::max(plot.highest_rate, plot.rate[i]);
    if (!plot.rss.empty()) plot.highest_rss = std::max(plot.highest_rss, plot.rss[i]);
  }
  return plot;
}

std::vector<bool> fitting_labels(const std::vector<PlacedLabel>& labels, double gap) {
  std::vector<bool> fits(labels.size());
  std::vector<PlacedLabel> written;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto overlaps = [&](const PlacedLabel& other) {
      return labels[i].from < other.to + gap && other.from < labels[i].to + gap;
    };
    if (std::any_of(written.begin(), written.end(), overlaps)) continue;
    fits[i] = true;
    written.push_back(labels[i]);
  }
  return fits;
}

std::optional<Nanoseconds> near_edge(const std::optional<TimeSpan>& range, Nanoseconds at,
                                     Nanoseconds reach) {
  if (!range) return {};
  const Nanoseconds nearest = snapped(at, {range->from, range->to}, reach);
  if (nearest != range->from && nearest != range->to) return {};
  return nearest;
}

void RangeDrag::press(Nanoseconds at, const std::optional<TimeSpan>& range, Nanoseconds reach) {
  fixed_ = at;
  if (const auto held = near_edge(range, at, reach)) {
    fixed_ = *held == range->from ? range->to : range->from;
  }
}

std::optional<TimeSpan> RangeDrag::range_to(Nanoseconds at) const {
  if (!fixed_ || at == *fixed_) return {};
  return TimeSpan{.from = std::min(at, *fixed_), .to = std::max(at, *fixed_)};
}

}  // namespace heaptally::view
