#include "core/recording/derive.h"

#include <algorithm>

namespace heaptally {

namespace {

struct Peak {
  std::uint64_t bytes = 0;
  Nanoseconds edge{0};
};

void add_all(const Bucket& bucket, RecordingData& data) {
  Header& header = data.header;
  for (const TallyDelta& delta : bucket.deltas) {
    TallyTotals& totals = data.totals[index_of(delta.id)];
    totals.total += delta.allocated;
    totals.temporary += delta.temporary;
    totals.live_at_end += delta.allocated;
    totals.live_at_end -= delta.freed;
    header.total += delta.allocated;
    header.temporary += delta.temporary;
    header.live_at_end += delta.allocated;
    header.live_at_end -= delta.freed;
    header.frees += delta.freed.count;
  }
}

void add_live_until(Nanoseconds edge, const ForEachBucket& for_each_bucket, RecordingData& data) {
  for_each_bucket([&](const Bucket& bucket) {
    if (bucket.start >= edge) return false;
    for (const TallyDelta& delta : bucket.deltas) {
      Amount& live = data.totals[index_of(delta.id)].live_at_peak;
      live += delta.allocated;
      live -= delta.freed;
      data.header.peak += delta.allocated;
      data.header.peak -= delta.freed;
    }
    return true;
  });
}

}  // namespace

void derive_totals(const ForEachBucket& for_each_bucket, RecordingData& data) {
  Header& header = data.header;
  header.total = header.temporary = header.live_at_end = header.peak = {};
  header.frees = 0;
  Peak peak;
  Nanoseconds last_seen = header.duration;
  for_each_bucket([&](const Bucket& bucket) {
    add_all(bucket, data);
    last_seen = std::max(last_seen, bucket.start);
    // Below zero would be the fault of a damaged file; it is no peak.
    const bool sane = static_cast<std::int64_t>(header.live_at_end.bytes) >= 0;
    if (sane && header.live_at_end.bytes > peak.bytes) {
      peak = {header.live_at_end.bytes, bucket.start + bucket.width};
    }
    return true;
  });
  add_live_until(peak.edge, for_each_bucket, data);

  if (!data.samples.empty()) last_seen = std::max(last_seen, data.samples.back().time);
  header.duration = last_seen;
  // The newest bucket may reach past what was recorded of it.
  header.peak_time = std::min(peak.edge, header.duration);
  for (const Sample& sample : data.samples) header.peak_rss = std::max(header.peak_rss, sample.rss);
}

}  // namespace heaptally
