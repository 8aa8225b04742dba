// The peak within a stretch of time.
#pragma once

#include "core/profile/heap_timeline.h"
#include "core/profile/statistics.h"

namespace heaptally {

// The highest that live bytes came, of what a query keeps, as far as it can be told who held them.
struct LivePeak {
  Nanoseconds time{0};
  Amount live;
  // It is the run's own peak. False: it is the greatest at an edge of a bucket, and between two of
  // them there may have been more.
  bool exact = false;
};

// Within `span`, its ends included; where it begins within a bucket, the edge before counts. Of
// several equal ones the first. Errors: as kept_tallies.
LivePeak live_peak(const Profile& profile, const BucketSource& buckets, const Query& query,
                   const TimeSpan& span);

// What every tally had live then.
Snapshot snapshot_at(const RecordingData& data, const BucketSource& buckets, const LivePeak& peak);

}  // namespace heaptally
