#include "core/recording/derive.h"

#include <algorithm>

namespace heaptally {

namespace {

struct Peak {
  std::uint64_t bytes = 0;
  Nanoseconds edge{0};
};

std::size_t domain_of(const RecordingData& data, TallyId tally) {
  const TaskId task = data.tallies[index_of(tally)].task;
  return index_of(data.tasks[index_of(task)].domain);
}

void add_all(const Bucket& bucket, RecordingData& data) {
  Header& header = data.header;
  for (const TallyDelta& delta : bucket.deltas) {
    TallyTotals& totals = data.totals[index_of(delta.id)];
    totals.total += delta.allocated;
    totals.temporary += delta.temporary;
    totals.live_at_end += delta.allocated;
    totals.live_at_end -= delta.freed;
    if (!is_of_heap(data, delta.id)) continue;
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
      if (!is_of_heap(data, delta.id)) continue;
      data.header.peak += delta.allocated;
      data.header.peak -= delta.freed;
    }
    return true;
  });
}

// What tallies of other domains than the heap held at the peak of theirs.
void add_live_at_domain_peaks(const ForEachBucket& for_each_bucket,
                              const std::vector<Nanoseconds>& edges, RecordingData& data) {
  for_each_bucket([&](const Bucket& bucket) {
    for (const TallyDelta& delta : bucket.deltas) {
      const std::size_t domain = domain_of(data, delta.id);
      const bool is_heap = domain == index_of(kHeapDomain);
      if (is_heap || domain >= edges.size() || bucket.start >= edges[domain]) continue;
      Amount& live = data.totals[index_of(delta.id)].live_at_process_peak;
      live += delta.allocated;
      live -= delta.freed;
    }
    return true;
  });
}

// What each domain had, as far as the timeline shows it; its peak is the highest edge of a bucket.
void derive_domains(const ForEachBucket& for_each_bucket, RecordingData& data) {
  std::vector<Amount> live(data.domains.size());
  std::vector<Nanoseconds> edges(data.domains.size());  // after the buckets with the peaks
  for (Domain& domain : data.domains) domain = {.id = domain.id, .name = domain.name};
  for_each_bucket([&](const Bucket& bucket) {
    for (const TallyDelta& delta : bucket.deltas) {
      const std::size_t domain = domain_of(data, delta.id);
      if (domain >= live.size()) continue;
      data.domains[domain].total += delta.allocated;
      live[domain] += delta.allocated;
      live[domain] -= delta.freed;
    }
    for (std::size_t i = 0; i < live.size(); ++i) {
      Domain& domain = data.domains[i];
      const bool sane = static_cast<std::int64_t>(live[i].bytes) >= 0;
      if (!sane || live[i].bytes <= domain.peak.bytes) continue;
      domain.peak = live[i];
      edges[i] = bucket.start + bucket.width;
      // The newest bucket may reach past what was recorded of it.
      domain.peak_time = std::min(edges[i], data.header.duration);
    }
    return true;
  });
  for (std::size_t i = 0; i < live.size(); ++i) data.domains[i].live_at_end = live[i];
  add_live_at_domain_peaks(for_each_bucket, edges, data);
}

}  // namespace

bool is_of_heap(const RecordingData& data, TallyId tally) {
  return domain_of(data, tally) == index_of(kHeapDomain);
}

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
  derive_domains(for_each_bucket, data);
}

}  // namespace heaptally
