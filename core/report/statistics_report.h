// Statistics written out: text as tracemalloc has it, JSON, and CSV.
#pragma once

#include <iosfwd>
#include <string>

#include "core/profile/statistics.h"

namespace heaptally {

enum class Format { kText, kJson, kCsv };

// Reads "text", "json" or "csv". Errors: Error of usage.
Format parse_format(std::string_view text);

// An answer together with its question. Everything in it must outlive it.
struct StatisticsReport {
  const Profile& profile;
  const Snapshot& snapshot;
  const Query& query;
  const Statistics& statistics;
  bool raw = false;  // the sites are the most recent places, see SiteRules
};

// Each stops quietly when `out` has failed; the caller looks at its state.
//
// Text: a heading of lines that start with "# ", then a line a row; tracebacks are followed by
// their frames, oldest first, with the source line where it can be read.
void write_text(const StatisticsReport& report, std::ostream& out);

// JSON: one object. "metric", "moment" (what was asked: peak, start, end, time, share, mark),
// "moment_pid" (whose peak, if it was a process's own), "moment_domain" (likewise),
// "moment_ns" (what is shown), "from_ns" (if only what came after it counts), "exact", "group",
// "sort", "cumulative", "raw", "filters", "through", "without", "threads", "processes", "domains"
// (none: the heap), "total" (after the filters), "unfiltered", "covered" {"bytes", "count"},
// "shown", "groups", "incomplete", "counts" and "statistics", an array with a
// line each. Sizes in bytes, times in ns since the start. What is not known is null.
void write_json(const StatisticsReport& report, std::ostream& out);

// CSV, quoted by RFC 4180, with lines that end in \n: label, file, line, function, module, size,
// count, average, traceback (its labels, oldest first, with "; " between).
void write_csv(const StatisticsReport& report, std::ostream& out);

// A statistic as tracemalloc writes it: "a.cpp:5: size=10 B, count=2, average=5 B".
std::string statistic_text(std::string_view label, Amount amount);

// The heading of the text form, each line with its "# " and newline.
std::string heading_text(const StatisticsReport& report);

}  // namespace heaptally
