// Checked limits written out.
#pragma once

#include <iosfwd>
#include <vector>

#include "core/profile/limits.h"

namespace heaptally {

// An answer together with its question. Everything in it must outlive it.
struct CheckReport {
  const Profile& profile;
  const Query& query;
  const CheckQuestion& question;
  const std::vector<CheckedLimit>& limits;
};

// A line for each limit, "ok" or "broken", and below those that are broken the traces that come to
// most, most recent call first. Each stops quietly when `out` has failed.
void write_text(const CheckReport& report, std::ostream& out);

// The same for CI servers: a test suite of JUnit's XML with a test case for each limit.
void write_junit(const CheckReport& report, std::ostream& out);

}  // namespace heaptally
