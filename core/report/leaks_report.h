// Leaks written out: text, JSON, and CSV.
#pragma once

#include <iosfwd>

#include "core/profile/leaks.h"
#include "core/report/statistics_report.h"

namespace heaptally {

// An answer together with its question. Everything in it must outlive it. The rows' snapshot is
// that of the leaks.
struct LeaksReport {
  const StatisticsReport& rows;
  const std::vector<Suppressed>& suppressed;
};

// As for statistics, of which CSV is the same. The heading of the text says what is exact, and
// what was suppressed. JSON: "command", "from" (what was asked), "from_ns" (what is shown; both
// null for all of the run), "to" (what was asked), "end_ns" (when that was), "exact", "reachable"
// ("included": blocks that a pointer still reaches are not told apart), what was asked, "total",
// "unfiltered", "covered", "suppressed", an array of {"pattern", "bytes", "count"}, "shown",
// "groups", "incomplete", "finished", "counts", and "leaks", an array with a line each.
void write_text(const LeaksReport& report, std::ostream& out);
void write_json(const LeaksReport& report, std::ostream& out);
void write_csv(const LeaksReport& report, std::ostream& out);

}  // namespace heaptally
