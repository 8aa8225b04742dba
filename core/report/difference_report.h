// Differences written out: text as tracemalloc has it, JSON, and CSV.
#pragma once

#include <iosfwd>
#include <string>

#include "core/profile/difference.h"
#include "core/report/statistics_report.h"

namespace heaptally {

// An answer together with its question. Everything in it must outlive it.
struct DifferenceReport {
  const Side& before;
  const Side& after;
  const Query& query;
  const StatisticDifferences& differences;
  bool raw = false;  // the sites are the most recent places, see SiteRules
};

// As for statistics. Text: "a.cpp:5: size=5002 B (+5000 B), count=2 (+1), average=2501 B".
// JSON: "metric", "before" and "after" ("command", "moment", "moment_ns", "exact", "total"), what
// was asked, "changed", "shown", "groups", and "differences", an array with a line each: "size",
// "size_change", "count", "count_change", "average". CSV: label, file, line, function, module,
// size, size_change, count, count_change, average, traceback.
void write_text(const DifferenceReport& report, std::ostream& out);
void write_json(const DifferenceReport& report, std::ostream& out);
void write_csv(const DifferenceReport& report, std::ostream& out);

// A difference as tracemalloc writes it.
std::string difference_text(std::string_view label, Amount amount, Change change);

}  // namespace heaptally
