// Snapshots: what every tally amounts to at one moment of the run.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "core/recording/reader.h"

namespace heaptally {

// live: allocated and not yet freed. total: allocated since the start. temporary: freed by the
// allocating thread before it allocated again, since the start.
enum class Metric { kLive, kTotal, kTemporary };

// A moment that can be asked for.
struct Moment {
  enum class Kind { kPeak, kEnd, kTime };
  Kind kind = Kind::kPeak;
  Nanoseconds time{0};   // of kTime: since the start
  std::int32_t pid = 0;  // of kPeak: the process whose own peak it is; 0 for that of the whole tree
};

// Reads "live", "total" or "temporary". Errors: Error of usage.
Metric parse_metric(std::string_view text);
std::string_view name_of(Metric metric);

// Reads "peak", "peak:PID", "end" or a time since the start: 1.5, 1.5s, 250ms, 2m, 1m30s; units are
// ns, us, ms, s, m and h, seconds if there is none. Errors: Error of usage.
Moment parse_moment(std::string_view text);
std::string_view name_of(Moment::Kind kind);  // "peak", "end", "time"

// The amounts of all tallies at a moment.
struct Snapshot {
  Metric metric = Metric::kLive;
  Moment asked;
  Nanoseconds time{0};          // what `amounts` are true of
  bool exact = false;           // they are exactly true of it
  std::vector<Amount> amounts;  // by tally
  // Of a process's own peak: the image that had it. All else amounts to nothing.
  std::optional<ProcessId> image = std::nullopt;
};

// Where the timeline comes from: calls the visitor with each bucket in order of time while it
// returns true.
using BucketVisitor = std::function<bool(const Bucket&)>;
using BucketSource = std::function<void(const BucketVisitor&)>;

// Live at the peak and at the end, and total and temporary at the end, are exact. All else is
// summed from the timeline, up to the last edge of a bucket at or before the moment asked for, and
// exact at that edge. Where nothing happened every moment is an edge. A moment after the end is
// the end. The peak of an unfinished recording is one of bucket edges, so it is not exact.
// The peak of a process is that of its image with the greatest; total and temporary are those of
// all its images until then. Errors: Error of usage if nothing was recorded of such a process.
Snapshot take_snapshot(const RecordingData& data, const BucketSource& buckets, Metric metric,
                       Moment moment);

// The duration of the run; of an unfinished recording, as far as it was sampled.
Nanoseconds run_time(const RecordingData& data);

}  // namespace heaptally
