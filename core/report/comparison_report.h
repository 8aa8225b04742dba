// Comparisons of two runs written out: text and JSON.
#pragma once

#include <iosfwd>
#include <string>

#include "core/profile/comparison.h"
#include "core/report/difference_report.h"

namespace heaptally {

// An answer together with its question. Everything in it must outlive it.
struct ComparisonReport {
  const DifferenceReport& lines;  // before: of A, after: of B
  const std::vector<ComparedFact>& facts;
};

// How the second of two amounts compares to the first: "2.4 x less", "1.1 x more", "the same";
// where one of them is nothing "none any more" or "none before".
std::string factor_text(std::uint64_t a, std::uint64_t b);

// Text: the facts of both runs side by side with their factors, then the rows that differ most.
// JSON: "metric", "a" and "b" ("command", "exit_status", the facts by their keys, null where they
// are not known, "moment", "moment_ns", "exact", "rows_total", "incomplete", "finished", "counts"),
// what was asked, "changed", "shown", "groups", and "differences", an array with a line each:
// "size_a", "count_a", "size_b", "count_b" beside what the row is of. CSV is that of differences.
void write_text(const ComparisonReport& report, std::ostream& out);
void write_json(const ComparisonReport& report, std::ostream& out);
void write_csv(const ComparisonReport& report, std::ostream& out);

}  // namespace heaptally
