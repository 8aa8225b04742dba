// SiteTimeline: who held the heap over the time of a run.
#pragma once

#include <cstdint>
#include <vector>

#include "core/profile/bucket_sums.h"
#include "core/profile/heap_timeline.h"
#include "core/profile/statistics.h"

namespace heaptally {

class TimelineIndex;

// The live bytes of one key of a group, which the allocation sites of traces have.
struct SiteSeries {
  Key key;
  std::uint64_t live_at_start = 0;
  std::vector<std::uint64_t> live;  // at the end of each bucket
  std::uint64_t most = 0;           // of all these
};

// Between buckets nothing changed.
struct SiteTimeline {
  std::vector<BucketSum> buckets;  // those that lie in the span in part, with what happened in them
  std::vector<SiteSeries> sites;   // `most` descending
  SiteSeries others;               // all others together; the key means nothing
  std::size_t groups = 0;          // keys that ever had live bytes at the end of a bucket
};

// The live heap within a span, of what the query keeps, split by the keys of its group. `sites`: so
// many have a series of their own: those with most live bytes at their own highest moment within
// the span, for one that was large only before the peak is what a reader looks for. Cumulative
// counts nothing: keys would overlap. Errors: as kept_tallies.
SiteTimeline site_timeline(const Profile& profile, const TimelineIndex& index, const Query& query,
                           const TimeSpan& span, std::size_t sites);

}  // namespace heaptally
