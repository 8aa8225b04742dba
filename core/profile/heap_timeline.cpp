#include "core/profile/heap_timeline.h"

#include <algorithm>
#include <cmath>

#include "core/profile/kept.h"

namespace heaptally {
namespace {

// A damaged recording may free more than it allocated.
std::uint64_t not_below_zero(std::uint64_t value) {
  return static_cast<std::int64_t>(value) < 0 ? 0 : value;
}

// Hands out the samples up to one moment after the other.
class SampleCursor {
 public:
  explicit SampleCursor(const RecordingData& data)
      : samples_(data.samples), knows_cpu_(data.header.imported_from.empty()) {}

  void fill(TimelineRow& row) {
    while (next_ < samples_.size() && samples_[next_].time < row.start) ++next_;
    if (next_ > 0) take(row, samples_[next_ - 1]);
    for (bool first = true; next_ < samples_.size() && samples_[next_].time <= row.end; ++next_) {
      if (first) row.rss = 0;
      first = false;
      take(row, samples_[next_]);
    }
  }

 private:
  void take(TimelineRow& row, const Sample& sample) const {
    row.rss = std::max(row.rss.value_or(0), sample.rss);
    if (knows_cpu_) row.cpu = sample.cpu;
  }

  const std::vector<Sample>& samples_;
  bool knows_cpu_;
  std::size_t next_ = 0;
};

// Sums the buckets up. Calls `visit(bucket, allocated, freed, live)` for each.
template <class Visit>
void for_each_sum(const BucketSource& buckets, const std::vector<bool>& kept, Visit visit) {
  Amount live;
  buckets([&](const Bucket& bucket) {
    Amount allocated, freed;
    for (const TallyDelta& delta : bucket.deltas) {
      if (index_of(delta.id) >= kept.size() || !kept[index_of(delta.id)]) continue;
      allocated += delta.allocated;
      freed += delta.freed;
    }
    live += allocated;
    live -= freed;
    return visit(bucket, allocated, freed, live);
  });
}

TimelinePeak find_peak(const HeapTimeline& timeline, const Header& header) {
  if (timeline.recorded_maxima && header.complete && header.peak_time >= timeline.from &&
      header.peak_time <= timeline.to) {
    return {.time = header.peak_time, .bytes = header.peak.bytes, .exact = true};
  }
  TimelinePeak peak{.time = timeline.from, .bytes = timeline.live_at_start, .exact = false};
  for (const TimelineRow& row : timeline.rows) {
    if (row.max_live_bytes <= peak.bytes) continue;
    peak = {.time = row.end, .bytes = row.max_live_bytes, .exact = false};
  }
  return peak;
}

// Equal stretches of a span of time, each with the greatest of what is painted on it.
class Stretches {
 public:
  Stretches(const TimeSpan& span, std::size_t columns) : span_(span), values_(columns) {}

  // From `start` until just before `end`.
  void paint(Nanoseconds start, Nanoseconds end, std::uint64_t value) {
    start = std::max(start, span_.from);
    end = std::min(end, span_.to);
    if (start >= end || values_.empty()) return;
    const std::size_t first = column_of(span_, start, values_.size());
    const std::size_t last = column_of(span_, end - Nanoseconds(1), values_.size());
    for (std::size_t i = first; i <= last; ++i) values_[i] = std::max(values_[i], value);
  }

  std::vector<std::uint64_t> take() { return std::move(values_); }

 private:
  TimeSpan span_;
  std::vector<std::uint64_t> values_;
};

// CPU time used until a moment, in nanoseconds, between samples by proportion.
double cpu_until(const std::vector<Sample>& samples, double time) {
  const auto after = std::find_if(samples.begin(), samples.end(), [&](const Sample& sample) {
    return static_cast<double>(sample.time.count()) >= time;
  });
  if (after == samples.end()) return static_cast<double>(samples.back().cpu.count());
  double earlier_time = 0, earlier_cpu = 0;
  if (after != samples.begin()) {
    earlier_time = static_cast<double>((after - 1)->time.count());
    earlier_cpu = static_cast<double>((after - 1)->cpu.count());
  }
  const double width = static_cast<double>(after->time.count()) - earlier_time;
  const double cpu = static_cast<double>(after->cpu.count());
  if (width <= 0) return cpu;
  return earlier_cpu + (cpu - earlier_cpu) * (time - earlier_time) / width;
}

}  // namespace

HeapTimeline heap_timeline(const Profile& profile, const BucketSource& buckets, const Query& query,
                           Nanoseconds from, Nanoseconds to) {
  HeapTimeline timeline{.from = from, .to = to, .rows = {}, .peak = {}};
  timeline.recorded_maxima = query.keeps_all();
  SampleCursor samples(profile.data());
  std::uint64_t before = 0;
  for_each_sum(buckets, kept_tallies(profile, query),
               [&](const Bucket& bucket, Amount allocated, Amount freed, Amount live) {
                 if (bucket.start >= to) return false;
                 const std::uint64_t bytes = not_below_zero(live.bytes);
                 const Nanoseconds end = bucket.start + bucket.width;
                 if (end <= from) {
                   timeline.live_at_start = before = bytes;
                   return true;
                 }
                 TimelineRow row{.start = bucket.start,
                                 .end = std::min(end, to),
                                 .live = {bytes, not_below_zero(live.count)},
                                 .max_live_bytes = std::max(before, bytes),
                                 .allocated = allocated,
                                 .freed = freed,
                                 .rss = {},
                                 .cpu = {}};
                 if (timeline.recorded_maxima) row.max_live_bytes = bucket.max_live_bytes;
                 samples.fill(row);
                 const bool is_nothing = allocated == Amount{} && freed == Amount{};
                 if (timeline.recorded_maxima || !is_nothing) timeline.rows.push_back(row);
                 before = bytes;
                 return true;
               });
  timeline.peak = find_peak(timeline, profile.data().header);
  return timeline;
}

std::vector<std::uint64_t> live_columns(const HeapTimeline& timeline, std::size_t columns) {
  return live_columns(timeline, timeline.span(), columns);
}

std::vector<std::uint64_t> live_columns(const HeapTimeline& timeline, const TimeSpan& span,
                                        std::size_t columns) {
  Stretches stretches(span, columns);
  Nanoseconds time = timeline.from;
  std::uint64_t level = timeline.live_at_start;
  for (const TimelineRow& row : timeline.rows) {
    stretches.paint(time, row.start, level);
    stretches.paint(row.start, row.end, row.max_live_bytes);
    time = row.end;
    level = row.live.bytes;
  }
  stretches.paint(time, timeline.to, level);
  return stretches.take();
}

std::vector<std::uint64_t> rss_columns(const HeapTimeline& timeline, const RecordingData& data,
                                       std::size_t columns) {
  Stretches stretches(timeline.span(), columns);
  Nanoseconds time{0};
  std::uint64_t level = data.header.first_rss;
  for (const Sample& sample : data.samples) {
    stretches.paint(time, sample.time, level);
    time = sample.time;
    level = sample.rss;
  }
  stretches.paint(time, timeline.to, level);
  return stretches.take();
}

std::vector<std::uint64_t> cpu_columns(const HeapTimeline& timeline, const RecordingData& data,
                                       std::size_t columns) {
  std::vector<std::uint64_t> values(columns);
  if (data.samples.empty()) return values;
  const auto from = static_cast<double>(timeline.from.count());
  const double width = (static_cast<double>(timeline.to.count()) - from) /
                       static_cast<double>(std::max<std::size_t>(columns, 1));
  if (width <= 0) return values;
  for (std::size_t i = 0; i < columns; ++i) {
    const double start = from + width * static_cast<double>(i);
    const double used = cpu_until(data.samples, start + width) - cpu_until(data.samples, start);
    // What a process used goes with it.
    values[i] = static_cast<std::uint64_t>(std::llround(std::max(0.0, used / width) * 1000));
  }
  return values;
}

std::size_t column_of(const TimeSpan& span, Nanoseconds time, std::size_t columns) {
  const auto whole = static_cast<double>((span.to - span.from).count());
  if (columns == 0 || whole <= 0 || time <= span.from) return 0;
  const double share = static_cast<double>((time - span.from).count()) / whole;
  return std::min(columns - 1, static_cast<std::size_t>(share * static_cast<double>(columns)));
}

}  // namespace heaptally
