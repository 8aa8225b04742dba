// Lifetimes written out.
#pragma once

#include <iosfwd>
#include <string>

#include "core/profile/lifetimes.h"
#include "core/report/style.h"

namespace heaptally {

// An answer together with its question. Everything in it must outlive it.
struct LifetimesReport {
  const Profile& profile;
  const Query& query;
  const Lifetimes& lifetimes;
  Style style = {};
};

// Each stops quietly when `out` has failed. Text: a heading, then a line for each class of
// lifetimes; "within" is the share of the freed blocks that lived no longer. JSON: "command", what
// was asked, "whole_run", "total", "never_freed" {"bytes", "count"}, "freed" (blocks), and
// "lifetimes", an array with a line each: "from_ns", "to_ns" (not included; null for the last
// class there can be), "count", "share" (of the freed). CSV: from_ns, to_ns, count, share.
void write_text(const LifetimesReport& report, std::ostream& out);
void write_json(const LifetimesReport& report, std::ostream& out);
void write_csv(const LifetimesReport& report, std::ostream& out);

// A lifetime with three digits: 512 -> "512 ns", 16384 -> "16.4 us".
std::string lifetime_text(std::uint64_t nanoseconds);

}  // namespace heaptally
