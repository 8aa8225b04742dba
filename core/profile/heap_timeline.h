// HeapTimeline: how much was live over the time of a run.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/profile/statistics.h"

namespace heaptally {

// From one moment until just before another.
struct TimeSpan {
  Nanoseconds from{0};
  Nanoseconds to{0};
};

// A stretch of time in which something happened.
struct TimelineRow {
  Nanoseconds start{0};
  Nanoseconds end{0};
  Amount live;                       // at `end`, exactly
  std::uint64_t max_live_bytes = 0;  // see HeapTimeline::recorded_maxima
  Amount allocated;
  Amount freed;
  std::optional<std::uint64_t> rss;  // the greatest seen within it, or else the last before it
  std::optional<Nanoseconds> cpu;    // used until then; none if that is not known
};

// The highest that live bytes came, and when.
struct TimelinePeak {
  Nanoseconds time{0};
  std::uint64_t bytes = 0;
  bool exact = false;  // false: the highest known, and an edge of a row
};

// Between rows nothing changed. RSS and CPU time are those of the whole tree of processes,
// whatever is filtered.
struct HeapTimeline {
  Nanoseconds from{0};
  Nanoseconds to{0};
  std::uint64_t live_at_start = 0;  // bytes, at `from`
  std::vector<TimelineRow> rows;
  // True: the greatest total within a row was recorded. False, where a query restricts what counts:
  // it is the greater of the row's two edges, and there may have been more between them.
  bool recorded_maxima = true;
  TimelinePeak peak;

  TimeSpan span() const { return {.from = from, .to = to}; }
};

// The timeline between two moments, which are edges of buckets or lie where nothing happened, as
// Snapshot::time does. Of `query` the filters count. Errors: as kept_tallies.
HeapTimeline heap_timeline(const Profile& profile, const BucketSource& buckets, const Query& query,
                           Nanoseconds from, Nanoseconds to);

// The timeline cut into so many equal stretches: the greatest live bytes within each, as far as
// they are known; the greatest RSS; and how many CPUs were busy, in thousandths of one.
std::vector<std::uint64_t> live_columns(const HeapTimeline& timeline, std::size_t columns);
// Of a longer span, in which nothing is live before and after the timeline.
std::vector<std::uint64_t> live_columns(const HeapTimeline& timeline, const TimeSpan& span,
                                        std::size_t columns);
std::vector<std::uint64_t> rss_columns(const HeapTimeline& timeline, const RecordingData& data,
                                       std::size_t columns);
std::vector<std::uint64_t> cpu_columns(const HeapTimeline& timeline, const RecordingData& data,
                                       std::size_t columns);

// The stretch, of so many equal ones, in which a moment lies.
std::size_t column_of(const TimeSpan& span, Nanoseconds time, std::size_t columns);

}  // namespace heaptally
