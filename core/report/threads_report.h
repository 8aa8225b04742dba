// Threads written out.
#pragma once

#include <iosfwd>

#include "core/profile/threads.h"
#include "core/report/style.h"

namespace heaptally {

// An answer together with its question. Everything in it must outlive it.
struct ThreadsReport {
  const Profile& profile;
  const Query& query;
  ThreadOrder order;
  const Threads& threads;
  Style style = {};
};

// Each stops quietly when `out` has failed. Text: a heading, then a line for each thread. JSON:
// "command", "sort", what was asked ("only_threads" for the filter), "total", "temporary",
// "live_at_peak", "live_at_end"
// {"bytes", "count"}, "shown", "groups", and "threads", an array with a line each: "label",
// "thread", "tid", "threads" (how many are folded), "process", "pid", the four amounts as above,
// and "share" (of the total bytes). CSV: the same columns, amounts as _bytes and _count.
void write_text(const ThreadsReport& report, std::ostream& out);
void write_json(const ThreadsReport& report, std::ostream& out);
void write_csv(const ThreadsReport& report, std::ostream& out);

}  // namespace heaptally
