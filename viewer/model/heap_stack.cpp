#include "viewer/model/heap_stack.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "core/profile/groupings.h"
#include "core/profile/kept.h"
#include "core/report/labels.h"

namespace heaptally::view {
namespace {

constexpr std::uint32_t kNoSite = std::numeric_limits<std::uint32_t>::max();

// A damaged recording may free more than it allocated.
std::uint64_t not_negative(std::uint64_t value) {
  return static_cast<std::int64_t>(value) < 0 ? 0 : value;
}

// The lines to which the tallies that count are charged, numbered.
struct NumberedSites {
  std::vector<std::uint32_t> by_tally;  // kNoSite: does not count
  std::vector<PlaceId> places;
};

NumberedSites number_sites(const Profile& profile, const Query& query) {
  const RecordingData& data = profile.data();
  const std::vector<bool> kept = kept_tallies(profile, query);
  NumberedSites sites{.by_tally = std::vector<std::uint32_t>(data.tallies.size(), kNoSite),
                      .places = {}};
  const PlaceKeys& lines = profile.groupings().places(Group::kLine);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) sites.by_tally[i] = lines[profile.sites()[data.tallies[i].trace]];
  }
  sites.places.resize(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    sites.places[i] = lines.representative(static_cast<std::uint32_t>(i));
  }
  return sites;
}

struct Height {
  std::uint64_t bytes = 0;
  Nanoseconds time{0};
};

void add_to(std::vector<std::uint64_t>& levels, const NumberedSites& sites, const Bucket& bucket) {
  for (const TallyDelta& delta : bucket.deltas) {
    if (index_of(delta.id) >= sites.by_tally.size()) continue;
    const std::uint32_t site = sites.by_tally[index_of(delta.id)];
    if (site != kNoSite) levels[site] += delta.allocated.bytes - delta.freed.bytes;
  }
}

// By site, the most that it held as a bucket ended.
std::vector<Height> heights_of(const Recording& recording, const NumberedSites& sites) {
  std::vector<std::uint64_t> levels(sites.places.size());
  std::vector<Height> heights(sites.places.size());
  recording.timeline()([&](const Bucket& bucket) {
    add_to(levels, sites, bucket);
    for (const TallyDelta& delta : bucket.deltas) {
      if (index_of(delta.id) >= sites.by_tally.size()) continue;
      const std::uint32_t site = sites.by_tally[index_of(delta.id)];
      if (site == kNoSite || not_negative(levels[site]) <= heights[site].bytes) continue;
      heights[site] = {levels[site], bucket.start + bucket.width};
    }
    return true;
  });
  return heights;
}

// The numbers of the highest sites, highest first.
std::vector<std::uint32_t> highest_sites(const std::vector<Height>& heights, std::size_t most) {
  std::vector<std::uint32_t> order(heights.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(std::min(most, order.size()));
  std::partial_sort(order.begin(), middle, order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(heights[b].bytes, a) < std::pair(heights[a].bytes, b);
  });
  order.erase(middle, order.end());
  while (!order.empty() && heights[order.back()].bytes == 0) order.pop_back();
  return order;
}

void fill_series(HeapStack& stack, const NumberedSites& sites, std::size_t most) {
  const Recording& recording = *stack.recording;
  const std::vector<Height> heights = heights_of(recording, sites);
  const std::vector<std::uint32_t> chosen = highest_sites(heights, most);
  std::vector<std::uint64_t> levels(sites.places.size());
  std::size_t row = 0;
  for (const std::uint32_t site : chosen) {
    StackSeries& series = stack.series.emplace_back();
    series.key.place = sites.places[site];
    series.highest = heights[site].bytes;
    series.highest_time = heights[site].time;
    series.live.reserve(stack.heap.rows.size());
  }
  recording.timeline()([&](const Bucket& bucket) {
    add_to(levels, sites, bucket);
    // Buckets in which nothing happened that counts have no row.
    if (row >= stack.heap.rows.size()) return false;
    if (stack.heap.rows[row].start != bucket.start) return true;
    ++row;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      stack.series[i].live.push_back(not_negative(levels[chosen[i]]));
    }
    return true;
  });
  const auto is_something = [](const Height& height) { return height.bytes > 0; };
  const auto somethings = std::count_if(heights.begin(), heights.end(), is_something);
  stack.has_others = static_cast<std::size_t>(somethings) > chosen.size();
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
  fill_series(stack, number_sites(profile, query), series);
  for (StackSeries& each : stack.series) {
    each.label = key_label(profile, Group::kLine, each.key);
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
