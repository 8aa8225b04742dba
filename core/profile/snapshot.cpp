#include "core/profile/snapshot.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/error.h"
#include "core/profile/domains.h"
#include "core/profile/event_sums.h"
#include "core/profile/processes.h"
#include "core/profile/timeline_index.h"

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 3> kMetrics = {"live", "total", "temporary"};

Amount change(const TallyDelta& delta, Metric metric) {
  switch (metric) {
    case Metric::kLive:
      return delta.allocated - delta.freed;
    case Metric::kTotal:
      return delta.allocated;
    case Metric::kTemporary:
      return delta.temporary;
  }
  return {};
}

Amount whole_run(const TallyTotals& totals, Metric metric) {
  switch (metric) {
    case Metric::kLive:
      return totals.live_at_end;
    case Metric::kTotal:
      return totals.total;
    case Metric::kTemporary:
      return totals.temporary;
  }
  return {};
}

// Adds up the buckets that end at or before `moment` and returns the moment that the sum is of.
// `covered`: the end of the last of them, or where a later one starts.
Nanoseconds sum_from_start(const BucketSource& buckets, Metric metric, Nanoseconds moment,
                           std::vector<Amount>& amounts, Nanoseconds& covered) {
  Nanoseconds edge = moment;
  buckets([&](const Bucket& bucket) {
    if (bucket.start >= moment) return false;
    if (bucket.start + bucket.width > moment) {
      edge = bucket.start;
      return false;
    }
    covered = bucket.start + bucket.width;
    for (const TallyDelta& delta : bucket.deltas) {
      if (index_of(delta.id) >= amounts.size()) continue;
      amounts[index_of(delta.id)] += change(delta, metric);
    }
    return true;
  });
  return edge;
}

// Whether it is known what the sum of the whole timeline is. Of live blocks that is not what
// leaked: in the timeline what an image holds goes as it ends.
bool knows_sum(const RecordingData& data, Metric metric) {
  return data.header.complete && (metric != Metric::kLive || data.header.timeline_ends_empty);
}

// The same from the other side: the sum of the timeline, less what is of later.
Nanoseconds sum_from_end(const RecordingData& data, const BucketSource& buckets, Metric metric,
                         Nanoseconds moment, std::vector<Amount>& amounts, Nanoseconds& covered) {
  Nanoseconds edge = moment;
  if (metric != Metric::kLive) {
    for (std::size_t i = 0; i < std::min(amounts.size(), data.totals.size()); ++i) {
      amounts[i] = whole_run(data.totals[i], metric);
    }
  }
  buckets.after(moment, [&](const Bucket& bucket) {
    if (bucket.start + bucket.width <= moment) {
      covered = bucket.start + bucket.width;
      return true;
    }
    if (bucket.start < moment) edge = covered = bucket.start;
    for (const TallyDelta& delta : bucket.deltas) {
      if (index_of(delta.id) >= amounts.size()) continue;
      amounts[index_of(delta.id)] -= change(delta, metric);
    }
    return true;
  });
  return edge;
}

// The same without reading a bucket.
Nanoseconds sum_from_index(const TimelineIndex& index, Metric metric, Nanoseconds moment,
                           std::vector<Amount>& amounts, Nanoseconds& covered) {
  const std::vector<BucketExtent>& buckets = index.buckets();
  const std::size_t whole = index.buckets_until(moment);
  const std::size_t tallies = std::min(amounts.size(), index.tallies());
  for (std::size_t i = 0; i < tallies; ++i) {
    amounts[i] = change(index.sums(TallyId(i), whole), metric);
  }
  if (whole > 0) covered = buckets[whole - 1].end;
  const bool is_within = whole < buckets.size() && buckets[whole].start < moment;
  return is_within ? buckets[whole].start : moment;
}

Nanoseconds sum_buckets(const RecordingData& data, const BucketSource& buckets, Metric metric,
                        Nanoseconds moment, std::vector<Amount>& amounts, Nanoseconds& covered) {
  if (const TimelineIndex* index = buckets.index()) {
    return sum_from_index(*index, metric, moment, amounts, covered);
  }
  return knows_sum(data, metric) && buckets.is_late(moment)
             ? sum_from_end(data, buckets, metric, moment, amounts, covered)
             : sum_from_start(buckets, metric, moment, amounts, covered);
}

// Adds up what came before the end of `range` and returns the moment that the sum is of: with an
// event log `moment` itself.
Nanoseconds sum_until(const RecordingData& data, const BucketSource& buckets,
                      const EventSource& events, Metric metric, Nanoseconds moment,
                      EventRange range, std::vector<Amount>& amounts) {
  Nanoseconds covered{0};
  const Nanoseconds edge = sum_buckets(data, buckets, metric, moment, amounts, covered);
  if (!events) return edge;
  range.from = covered;
  const EventSums sums = sum_events(events, amounts.size(), range);
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    if (metric == Metric::kTemporary) {
      amounts[i] += sums.temporary[i];
    } else {
      amounts[i] += sums.allocated[i];
      if (metric == Metric::kLive) amounts[i] -= sums.gone[i];
    }
  }
  return moment;
}

// The same, until the peak of the run or of a process image, its own allocation included where
// there is an event log.
Nanoseconds sum_until_peak(const RecordingData& data, const BucketSource& buckets,
                           const EventSource& events, Metric metric, std::optional<ProcessId> image,
                           std::vector<Amount>& amounts) {
  const Nanoseconds peak =
      image ? data.processes[index_of(*image)].peak_time : data.header.peak_time;
  EventRange range = {.to = peak};
  // That of an unfinished recording is an edge, and no allocation's.
  if (events && data.header.complete) range = until_peak(data, events, image);
  return sum_until(data, buckets, events, metric, peak, range, amounts);
}

// Of the images of processes with this PID, the one with the greatest peak.
ProcessId image_of_peak(const RecordingData& data, const Processes& processes,
                        const Moment& asked) {
  const Process* found = nullptr;
  for (const Process& image : data.processes) {
    if (image.pid != asked.pid) continue;
    if (found == nullptr || image.peak.bytes > found->peak.bytes) found = &image;
  }
  if (found == nullptr) {
    throw Error(asked.text, "no such process", "there are " + names_of(processes),
                ExitCode::kUsage);
  }
  if (found->peak.bytes == 0 && !found->not_recorded.empty()) {
    throw Error(asked.text, "the process was not recorded: " + found->not_recorded,
                "heaptally summary shows those that were", ExitCode::kUsage);
  }
  return found->id;
}

void take_process_peak(const RecordingData& data, const BucketSource& buckets,
                       const EventSource& events, Snapshot& snapshot) {
  const Processes processes(data);
  const ProcessId image = image_of_peak(data, processes, snapshot.asked);
  const Process& at_peak = data.processes[index_of(image)];
  const bool live = snapshot.metric == Metric::kLive;
  snapshot.image = image;
  snapshot.time =
      live ? at_peak.peak_time
           : sum_until_peak(data, buckets, events, snapshot.metric, image, snapshot.amounts);
  snapshot.exact = !live || (data.header.complete && data.exact_process_peaks);
  for (std::size_t i = 0; i < snapshot.amounts.size(); ++i) {
    const ProcessId owner = data.tasks[index_of(data.tallies[i].task)].process;
    if (live) {
      const bool is_heap = data.tasks[index_of(data.tallies[i].task)].domain == kHeapDomain;
      if (owner == image && is_heap) snapshot.amounts[i] = data.totals[i].live_at_process_peak;
    } else if (processes.of(owner) != processes.of(image)) {
      snapshot.amounts[i] = {};
    }
  }
}

void take_domain_peak(const RecordingData& data, const BucketSource& buckets, Snapshot& snapshot) {
  const DomainId id = domain_called(data, snapshot.asked.domain, snapshot.asked.text);
  const bool is_heap = id == kHeapDomain;
  const Nanoseconds peak_time =
      is_heap ? data.header.peak_time : data.domains[index_of(id)].peak_time;
  const bool live = snapshot.metric == Metric::kLive;
  snapshot.domain = id;
  Nanoseconds covered{0};
  snapshot.time =
      live ? peak_time
           : sum_buckets(data, buckets, snapshot.metric, peak_time, snapshot.amounts, covered);
  snapshot.exact = !live || data.header.complete;
  for (std::size_t i = 0; i < snapshot.amounts.size(); ++i) {
    if (data.tasks[index_of(data.tallies[i].task)].domain != id) {
      snapshot.amounts[i] = {};
    } else if (live) {
      snapshot.amounts[i] =
          is_heap ? data.totals[i].live_at_peak : data.totals[i].live_at_process_peak;
    }
  }
}

}  // namespace

Amount at_least_zero(Amount amount) {
  const auto clamp = [](std::uint64_t value) {
    return static_cast<std::int64_t>(value) < 0 ? std::uint64_t{0} : value;
  };
  return {clamp(amount.bytes), clamp(amount.count)};
}

Metric parse_metric(std::string_view text) {
  const auto found = std::find(kMetrics.begin(), kMetrics.end(), text);
  if (found == kMetrics.end()) {
    throw Error("--metric " + std::string(text), "is no metric", "choose live, total or temporary",
                ExitCode::kUsage);
  }
  return static_cast<Metric>(found - kMetrics.begin());
}

std::string_view name_of(Metric metric) { return kMetrics[static_cast<std::size_t>(metric)]; }

Snapshot take_snapshot(const RecordingData& data, const BucketSource& buckets, Metric metric,
                       const Moment& asked, const EventSource& events) {
  const Moment moment = resolve(data, asked);
  Snapshot snapshot{.metric = metric, .asked = moment, .amounts = {}};
  snapshot.amounts.resize(data.tallies.size());
  const std::size_t tallies = std::min(data.tallies.size(), data.totals.size());
  if (is_end(data, moment)) {
    snapshot.time = run_time(data);
    snapshot.exact = true;
    for (std::size_t i = 0; i < tallies; ++i) {
      snapshot.amounts[i] = whole_run(data.totals[i], metric);
    }
  } else if (moment.pid != 0) {
    take_process_peak(data, buckets, events, snapshot);
  } else if (!moment.domain.empty()) {
    take_domain_peak(data, buckets, snapshot);
  } else if (moment.kind == Moment::Kind::kPeak && metric == Metric::kLive) {
    snapshot.time = data.header.peak_time;
    snapshot.exact = data.header.complete;
    for (std::size_t i = 0; i < tallies; ++i) snapshot.amounts[i] = data.totals[i].live_at_peak;
  } else {
    snapshot.time = moment.kind == Moment::Kind::kPeak
                        ? sum_until_peak(data, buckets, events, metric, {}, snapshot.amounts)
                        : sum_until(data, buckets, events, metric, moment.time, {.to = moment.time},
                                    snapshot.amounts);
    snapshot.exact = true;
    std::transform(snapshot.amounts.begin(), snapshot.amounts.end(), snapshot.amounts.begin(),
                   at_least_zero);
  }
  return snapshot;
}

Snapshot take_snapshot_between(const RecordingData& data, const BucketSource& buckets,
                               Metric metric, const Moment& from, const Moment& to,
                               const EventSource& events) {
  if (metric == Metric::kLive) {
    throw Error("--metric live", "what is live between two moments can shrink",
                "heaptally diff FILE --from A --to B shows by how much", ExitCode::kUsage);
  }
  const Snapshot before = take_snapshot(data, buckets, metric, from, events);
  Snapshot after = take_snapshot(data, buckets, metric, to, events);
  require_order(before.asked, before.time, after.asked, after.time);
  for (std::size_t i = 0; i < after.amounts.size(); ++i) {
    after.amounts[i] = at_least_zero(after.amounts[i] - before.amounts[i]);
  }
  after.from = before.asked;
  after.from_time = before.time;
  after.exact = after.exact && before.exact;
  return after;
}

}  // namespace heaptally
