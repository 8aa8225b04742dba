// Snapshots: what every tally amounts to at one moment of the run.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "core/profile/event_source.h"
#include "core/profile/moment.h"
#include "core/recording/reader.h"

namespace heaptally {

// live: allocated and not yet freed. total: allocated since the start. temporary: freed by the
// allocating thread before it allocated again, since the start.
enum class Metric { kLive, kTotal, kTemporary };

// Reads "live", "total" or "temporary". Errors: Error of usage.
Metric parse_metric(std::string_view text);
std::string_view name_of(Metric metric);

// The amounts of all tallies at a moment.
struct Snapshot {
  Metric metric = Metric::kLive;
  Moment asked;
  std::optional<Moment> from = std::nullopt;  // where only what came after it counts
  Nanoseconds from_time{0};                   // what `amounts` are true of, in that case
  Nanoseconds time{0};                        // what `amounts` are true of
  bool exact = false;                         // they are exactly true of it
  std::vector<Amount> amounts;                // by tally
  // Of a process's own peak: the image that had it. All else amounts to nothing.
  std::optional<ProcessId> image = std::nullopt;
  // Of a domain's own peak: the domain. All else amounts to nothing.
  std::optional<DomainId> domain = std::nullopt;
};

// Where the timeline comes from: calls the visitor with each bucket in order of time while it
// returns true.
using BucketVisitor = std::function<bool(const Bucket&)>;
using BucketSource = std::function<void(const BucketVisitor&)>;

// A difference that a damaged recording may take below zero.
Amount at_least_zero(Amount amount);

// Of tallies in all domains. The peak is the heap's, but where that of a domain is asked for.
// Live at the peak and at the end, and total and temporary at the end, are exact. All else is
// summed from the timeline, up to the last edge of a bucket at or before the moment asked for, and
// exact at that edge. Where nothing happened every moment is an edge, and each mark is one. With an
// event log what came after that edge is added, and every moment is exact. The
// peak of an unfinished recording is one of bucket edges, so it is not exact. The peak of a process
// is that of its image with the greatest; total and temporary are those of all its images until
// then. Errors: Error of usage if nothing was recorded of such a process, for a time after the end,
// and for a mark that does not exist.
Snapshot take_snapshot(const RecordingData& data, const BucketSource& buckets, Metric metric,
                       const Moment& moment, const EventSource& events = {});

// What the metric, total or temporary, came to between two moments. Exact if both are: from the
// last edges of buckets at or before them. Errors: as take_snapshot; Error of usage for kLive, of
// which the difference can be below zero (compare() is for that), and if `to` is before `from`.
Snapshot take_snapshot_between(const RecordingData& data, const BucketSource& buckets,
                               Metric metric, const Moment& from, const Moment& to,
                               const EventSource& events = {});

}  // namespace heaptally
