// The timeline written out.
#pragma once

#include <iosfwd>

#include "core/profile/heap_timeline.h"
#include "core/report/plot.h"
#include "core/report/style.h"

namespace heaptally {

// An answer together with its question. Everything in it must outlive it.
struct TimelineReport {
  const Profile& profile;
  const Query& query;
  const HeapTimeline& timeline;
  // Of the plot and the picture alone:
  PlotDots dots = PlotDots::kBraille;
  std::size_t width = 80;   // of a line, in characters; of the picture, in pixels
  std::size_t height = 15;  // of the plot, in lines; of the picture, in pixels
  bool with_rss = false;
  bool with_cpu = false;
  Style style = {};
};

// Each stops quietly when `out` has failed. Text: a heading, then a plot. JSON: "command", what
// was asked, "from_ns", "to_ns", "live_at_from_bytes", "recorded_maxima", "peak" {"ns", "bytes",
// "exact"}, and "timeline", an array with a line each: "start_ns", "end_ns", "live_bytes" and
// "live_count" (at the end of the row), "max_live_bytes" (within it), "allocated_bytes",
// "allocated_count", "freed_bytes", "freed_count", "rss_bytes", "cpu_ns"; null where there was no
// sample yet. Rows in which nothing happened are left out. CSV: the same columns.
void write_text(const TimelineReport& report, std::ostream& out);
void write_json(const TimelineReport& report, std::ostream& out);
void write_csv(const TimelineReport& report, std::ostream& out);

// A picture that needs no other file, in light or dark as its viewer likes it, at least 300 by 200
// pixels. RSS is drawn where it was sampled; if it would leave the heap a flat line, only with
// `with_rss`.
void write_svg(const TimelineReport& report, std::ostream& out);

}  // namespace heaptally
