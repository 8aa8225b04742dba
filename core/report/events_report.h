// Events as text, JSON and CSV.
#pragma once

#include <iosfwd>

#include "core/profile/events.h"
#include "core/report/style.h"

namespace heaptally {

struct EventsReport {
  const Profile& profile;
  const EventQuery& query;
  const Events& events;
  bool raw = false;        // sites are the most recent frames
  bool traceback = false;  // the stack of each, too
  Style style = {};
};

// The heading, and a line for each allocation. Stops quietly when `out` has failed, as the others
// do.
void write_text(const EventsReport& report, std::ostream& out);
// {"command", "order", "filters", "through", "without", "threads", "processes", "raw", "matched",
//  "whole", "incomplete", "finished", "counts", "events": [{"number", "time_ns", "address", "size",
//  "lifetime_ns", "fate", "process", "pid", "thread", "tid", "trace", "label", "file", "line",
//  "function", "module"}]};
// "fate": "freed", "temporary" or "never freed"; then "lifetime_ns" is null, and "lived_ns" how
// long it lived at least. With traceback "traceback", its frames, oldest first.
void write_json(const EventsReport& report, std::ostream& out);
void write_csv(const EventsReport& report, std::ostream& out);

}  // namespace heaptally
