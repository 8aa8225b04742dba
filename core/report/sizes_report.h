// Sizes written out.
#pragma once

#include <iosfwd>

#include "core/profile/sizes.h"
#include "core/report/style.h"

namespace heaptally {

// An answer together with its question. Everything in it must outlive it.
struct SizesReport {
  const Profile& profile;
  const Snapshot& live;
  const Query& query;
  const Sizes& sizes;
  Style style = {};
};

// Each stops quietly when `out` has failed. Text: a heading, then a line for each class of sizes.
// JSON: "command", "moment", "moment_ns", "exact" (of what is live), what was asked, "total",
// "live" {"bytes", "count"}, and "sizes", an array with a line each: "label", "size_from",
// "size_to" (the greatest size of the class), "total_bytes", "total_count", "live_bytes",
// "live_count". CSV: the same columns.
void write_text(const SizesReport& report, std::ostream& out);
void write_json(const SizesReport& report, std::ostream& out);
void write_csv(const SizesReport& report, std::ostream& out);

}  // namespace heaptally
