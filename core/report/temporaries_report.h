// Temporaries written out.
#pragma once

#include <iosfwd>

#include "core/profile/temporaries.h"
#include "core/report/statistics_report.h"
#include "core/report/style.h"

namespace heaptally {

// An answer together with its question. Everything in it must outlive it.
struct TemporariesReport {
  const Profile& profile;
  const Snapshot& snapshot;  // of the temporary ones
  const Query& query;
  const Temporaries& temporaries;
  bool raw = false;  // the sites are the most recent places, see SiteRules
  Style style = {};
};

// As for statistics, of temporary allocations. Text: each row ends in the share of the key's
// allocations that were temporary: "a.cpp:5: size=10 B, count=2, average=5 B, 40.0 % of 5".
// JSON and CSV: beside size, count and average "total_size" and "total_count", of all allocations
// of the key, and "share", of its count.
void write_text(const TemporariesReport& report, std::ostream& out);
void write_json(const TemporariesReport& report, std::ostream& out);
void write_csv(const TemporariesReport& report, std::ostream& out);

}  // namespace heaptally
