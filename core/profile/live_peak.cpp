#include "core/profile/live_peak.h"

#include <algorithm>

#include "core/profile/bucket_sums.h"
#include "core/profile/kept.h"

namespace heaptally {

LivePeak live_peak(const Profile& profile, const BucketSource& buckets, const Query& query,
                   const TimeSpan& span) {
  const Header& header = profile.data().header;
  if (query.keeps_all() && header.complete && header.peak_time >= span.from &&
      header.peak_time <= span.to) {
    return {.time = header.peak_time, .live = header.peak, .exact = true};
  }
  LivePeak peak{.time = span.from, .live = {}};
  // An edge is a moment of the run, though the last bucket may be longer.
  const Nanoseconds whole = run_time(profile.data());
  for (const BucketSum& sum : bucket_sums(buckets, kept_tallies(profile, query), span.to)) {
    const Amount live = at_least_zero(sum.live);
    if (sum.end <= span.from) {
      peak.live = live;
      continue;
    }
    if (sum.start < span.from) peak.time = sum.start;
    if (sum.end > span.to || live.bytes <= peak.live.bytes) continue;
    peak = {.time = std::min(sum.end, whole), .live = live};
  }
  return peak;
}

Snapshot snapshot_at(const RecordingData& data, const BucketSource& buckets, const LivePeak& peak) {
  Moment moment;
  if (!peak.exact) moment = {.kind = Moment::Kind::kTime, .time = peak.time};
  return take_snapshot(data, buckets, Metric::kLive, moment);
}

}  // namespace heaptally
