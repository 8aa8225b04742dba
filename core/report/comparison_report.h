// Comparisons of two runs written out: text and JSON.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "core/profile/comparison.h"
#include "core/profile/heap_timeline.h"
#include "core/report/difference_report.h"
#include "core/report/plot.h"
#include "core/report/style.h"

namespace heaptally {

// Both from the start of the run to its end, of what the same filters keep.
struct ComparedTimelines {
  const HeapTimeline &a, &b;
  // Of the plot alone:
  PlotDots dots = PlotDots::kBraille;
  std::size_t width = 80;   // of a line, in characters
  std::size_t height = 10;  // in lines
  Style style = {};
};

// From the start of both to the end of the longer one.
TimeSpan span_of(const ComparedTimelines& both);

// How long runs of both took, where what is shown of each is the one of median wall time.
struct RunSpread {
  std::size_t runs = 0;  // of each
  Nanoseconds least_a{0}, most_a{0}, least_b{0}, most_b{0};
};

// An answer together with its question. Everything in it must outlive it.
struct ComparisonReport {
  const DifferenceReport& lines;  // before: of A, after: of B
  const std::vector<ComparedFact>& facts;
  std::optional<ComparedTimelines> timelines = {};  // none: left out
  std::optional<RunSpread> spread = {};             // none: each ran once, as far as is known
};

// How the second of two amounts compares to the first: "2.4 x less", "1.1 x more", "the same";
// where one of them is nothing "none any more" or "none before".
std::string factor_text(std::uint64_t a, std::uint64_t b);

// Text: the facts of both runs side by side with their factors, a plot of both timelines, then the
// rows that differ most.
// JSON: "metric", "a" and "b" ("command", "exit_status", the facts by their keys, null where they
// are not known, "moment", "moment_ns", "exact", "rows_total", "incomplete", "finished", "counts"),
// what was asked, "changed", "shown", "groups", and "differences", an array with a line each:
// "size_a", "count_a", "size_b", "count_b" beside what the row is of. With timelines "a" and "b"
// have "timeline_peak" {"ns", "bytes", "exact"}, "recorded_maxima" is as in HeapTimeline, and
// "timeline" is an array of 256 equal stretches of time, a line each: "start_ns", "end_ns" and
// "max_live_bytes_a" and "max_live_bytes_b", the greatest within it, null where that run had ended.
// With a spread there is "runs", and "wall_least_ns" and "wall_most_ns" in "a" and "b". CSV is
// that of differences.
void write_text(const ComparisonReport& report, std::ostream& out);
void write_json(const ComparisonReport& report, std::ostream& out);
void write_csv(const ComparisonReport& report, std::ostream& out);

// The plot alone, of a report that has timelines: A as a filled area, B as a line over it.
void write_plot(const ComparisonReport& report, std::ostream& out);

}  // namespace heaptally
