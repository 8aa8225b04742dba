#include "viewer/model/heap_stack.h"

#include <algorithm>
#include <utility>

#include "core/profile/site_timeline.h"
#include "core/report/labels.h"

namespace heaptally::view {
namespace {

// The live bytes of a line as each row of the heap's timeline ended. Buckets in which nothing
// happened that counts have no row.
StackSeries series_of(const HeapTimeline& heap, const SiteTimeline& sites, const SiteSeries& site) {
  StackSeries series;
  series.key = site.key;
  series.highest = site.most;
  series.live.reserve(heap.rows.size());
  const auto highest = std::find(site.live.begin(), site.live.end(), site.most);
  if (highest != site.live.end()) {
    series.highest_time = sites.buckets[static_cast<std::size_t>(highest - site.live.begin())].end;
  }
  std::size_t bucket = 0;
  for (const TimelineRow& row : heap.rows) {
    while (bucket + 1 < sites.buckets.size() && sites.buckets[bucket].start < row.start) ++bucket;
    series.live.push_back(bucket < site.live.size() ? site.live[bucket] : 0);
  }
  return series;
}

void fill_pyramids(HeapStack& stack) {
  const auto& rows = stack.heap.rows;
  std::vector<std::uint64_t> live, most, rss;
  live.reserve(rows.size());
  most.reserve(rows.size());
  stack.allocated.reserve(rows.size() + 1);
  Amount allocated;
  stack.allocated.push_back(allocated);
  for (const TimelineRow& row : rows) {
    live.push_back(row.live.bytes);
    most.push_back(std::max(row.max_live_bytes, row.live.bytes));
    stack.allocated.push_back(allocated += row.allocated);
  }
  const auto& samples = stack.recording->data().samples;
  rss.reserve(samples.size());
  for (const Sample& sample : samples) rss.push_back(sample.rss);
  stack.live = PeakPyramid(std::move(live));
  stack.most = PeakPyramid(std::move(most));
  stack.rss = PeakPyramid(std::move(rss));
}

double per_second(std::uint64_t amount, Nanoseconds time) {
  return static_cast<double>(amount) * 1e9 /
         static_cast<double>(std::max<std::int64_t>(time.count(), 1));
}

}  // namespace

Selection stack_question(const Selection& selection) {
  Selection question = selection;
  question.range.reset();
  question.metric = ViewMetric::kLive;
  question.live_at = LiveAt::kPeak;
  question.unit = SortBy::kSize;
  question.merged.clear();
  question.collapse_recursion = false;
  return question;
}

HeapStack stack_heap(std::shared_ptr<const Recording> recording, const Selection& selection,
                     std::size_t series) {
  HeapStack stack;
  stack.recording = std::move(recording);
  const Recording& from = *stack.recording;
  const Profile& profile = from.profile(selection.raw);
  const Query query = query_of(selection);
  stack.heap =
      heap_timeline(profile, from.timeline(), query, Nanoseconds(0), run_time(from.data()));
  const SiteTimeline sites = site_timeline(profile, from.index(), query, stack.heap.span(), series);
  stack.has_others = sites.others.most > 0;
  stack.series.reserve(sites.sites.size());
  for (const SiteSeries& site : sites.sites) {
    if (site.most == 0) continue;
    stack.series.push_back(series_of(stack.heap, sites, site));
    stack.series.back().label = key_label(profile, Group::kLine, site.key);
  }
  fill_pyramids(stack);
  return stack;
}

MomentReading reading_at(const HeapStack& stack, Nanoseconds time) {
  MomentReading reading;
  reading.time = time;
  const auto& rows = stack.heap.rows;
  const auto after = std::partition_point(rows.begin(), rows.end(),
                                          [&](const TimelineRow& row) { return row.end <= time; });
  reading.series.resize(stack.series.size());
  if (after != rows.begin()) {
    const auto before = static_cast<std::size_t>(after - rows.begin()) - 1;
    reading.edge = rows[before].end;
    reading.live = rows[before].live;
    std::uint64_t named = 0;
    for (std::size_t i = 0; i < stack.series.size(); ++i) {
      named += reading.series[i] = stack.series[i].live[before];
    }
    reading.others = reading.live.bytes - std::min(named, reading.live.bytes);
  }
  reading.most = reading.live.bytes;
  if (after != rows.end() && after->start <= time) {
    reading.most = std::max(after->max_live_bytes, reading.most);
    reading.bytes_rate = per_second(after->allocated.bytes, after->end - after->start);
    reading.count_rate = per_second(after->allocated.count, after->end - after->start);
  } else {
    reading.edge = time;
  }
  const RecordingData& data = stack.recording->data();
  if (!data.samples.empty()) {
    const auto next =
        std::partition_point(data.samples.begin(), data.samples.end(),
                             [&](const Sample& sample) { return sample.time <= time; });
    reading.rss = next == data.samples.begin() ? data.header.first_rss : (next - 1)->rss;
  }
  return reading;
}

}  // namespace heaptally::view
