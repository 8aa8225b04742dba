#include "core/profile/site_timeline.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "core/profile/domains.h"
#include "core/profile/groupings.h"
#include "core/profile/kept.h"
#include "core/profile/timeline_index.h"

namespace heaptally {
namespace {

// The keys of a group, by number.
struct GroupKeys {
  std::size_t count = 0;
  std::function<std::size_t(const TallyKey&)> number_of;
  std::function<Key(std::uint32_t)> key_of;
};

GroupKeys keys_by_task(const Profile& profile, Group group) {
  const RecordingData& data = profile.data();
  if (group == Group::kThread) {
    return {data.tasks.size(),
            [&data](const TallyKey& tally) { return index_of(thread_of(data, tally.task)); },
            [](std::uint32_t key) { return Key{.task = TaskId(key)}; }};
  }
  const auto processes = std::make_shared<const Processes>(data);
  return {
      processes->size(),
      [&data, processes](const TallyKey& tally) {
        return processes->of(data.tasks[index_of(tally.task)].process);
      },
      [processes](std::uint32_t key) { return Key{.process = (*processes)[key].images.back()}; }};
}

GroupKeys keys_of(const Profile& profile, Group group) {
  if (group == Group::kThread || group == Group::kProcess) return keys_by_task(profile, group);
  if (group == Group::kSize) {
    return {kSizeClasses, [](const TallyKey& tally) { return index_of(tally.size_class); },
            [](std::uint32_t key) { return Key{.size_class = static_cast<SizeClass>(key)}; }};
  }
  const Sites& sites = profile.sites();
  if (group == Group::kTraceback) {
    const TracebackKeys& keys = profile.groupings().tracebacks();
    return {keys.size(), [&keys](const TallyKey& tally) { return keys[tally.trace]; },
            [&](std::uint32_t key) {
              const TraceId trace = keys.representative(key);
              return Key{.place = sites[trace], .trace = trace};
            }};
  }
  const PlaceKeys& keys = profile.groupings().places(group);
  return {keys.size(), [&](const TallyKey& tally) { return keys[sites[tally.trace]]; },
          [&keys](std::uint32_t key) { return Key{.place = keys.representative(key)}; }};
}

// The tallies of each key, which the filters keep and which ever had live bytes; and no less than
// what the key had at its highest moment: the sum of its tallies' own.
class TalliesByKey {
 public:
  TalliesByKey(const RecordingData& data, const TimelineIndex& index, const GroupKeys& keys,
               const std::vector<bool>& kept)
      : starts_(keys.count + 1), most_(keys.count) {
    std::vector<std::pair<std::size_t, TallyId>> chosen;
    for (std::size_t i = 0; i < std::min(kept.size(), index.tallies()); ++i) {
      const std::uint64_t most = index.most_live_bytes(TallyId(i));
      if (!kept[i] || most == 0) continue;
      const std::size_t key = keys.number_of(data.tallies[i]);
      most_[key] += most;
      ++starts_[key + 1];
      chosen.emplace_back(key, TallyId(i));
    }
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    std::vector<std::size_t> next = starts_;
    tallies_.resize(chosen.size());
    for (const auto& [key, tally] : chosen) tallies_[next[key]++] = tally;
  }

  std::span<const TallyId> of(std::uint32_t key) const {
    return std::span(tallies_).subspan(starts_[key], starts_[key + 1] - starts_[key]);
  }
  std::uint64_t most(std::uint32_t key) const { return most_[key]; }

  // Keys that have any, the greatest first.
  std::vector<std::uint32_t> ordered() const {
    std::vector<std::uint32_t> keys;
    for (std::size_t i = 0; i < most_.size(); ++i) {
      if (most_[i] != 0) keys.push_back(static_cast<std::uint32_t>(i));
    }
    std::stable_sort(keys.begin(), keys.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return most_[a] > most_[b]; });
    return keys;
  }

 private:
  std::vector<std::size_t> starts_;  // by key, into tallies_
  std::vector<TallyId> tallies_;
  std::vector<std::uint64_t> most_;  // by key
};

std::uint64_t live_bytes(std::uint64_t sum) { return at_least_zero({sum, 0}).bytes; }

// From the bucket `first` to before `last`.
SiteSeries series_of(const TimelineIndex& index, std::span<const TallyId> tallies,
                     std::size_t first, std::size_t last) {
  SiteSeries series;
  series.live.resize(last - first);
  std::uint64_t live = 0;
  for (const TallyId tally : tallies) {
    const TallyDelta before = index.sums(tally, first);
    live += before.allocated.bytes - before.freed.bytes;
    index.for_each_change(tally, first, last, [&](std::size_t number, const TallyDelta& delta) {
      series.live[number - first] += delta.allocated.bytes - delta.freed.bytes;
    });
  }
  series.most = series.live_at_start = live_bytes(live);
  for (std::uint64_t& value : series.live) {
    live += value;
    value = live_bytes(live);
    series.most = std::max(series.most, value);
  }
  return series;
}

// What `sites` leave of the whole.
SiteSeries rest_of(std::uint64_t live_at_start, const std::vector<BucketSum>& buckets,
                   const std::vector<SiteSeries>& sites) {
  SiteSeries rest;
  std::uint64_t start = live_at_start;
  for (const SiteSeries& site : sites) start -= site.live_at_start;
  rest.most = rest.live_at_start = live_bytes(start);
  rest.live.reserve(buckets.size());
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    std::uint64_t live = buckets[i].live.bytes;
    for (const SiteSeries& site : sites) live -= site.live[i];
    rest.live.push_back(live_bytes(live));
    rest.most = std::max(rest.most, rest.live.back());
  }
  return rest;
}

}  // namespace

SiteTimeline site_timeline(const Profile& profile, const TimelineIndex& index, const Query& query,
                           const TimeSpan& span, std::size_t sites) {
  const std::size_t first = index.buckets_until(span.from);
  const std::size_t last = std::max(first, index.buckets_before(span.to));
  const std::vector<bool> kept = kept_tallies(profile, query);
  const GroupKeys keys = keys_of(profile, query.group);
  const TalliesByKey tallies(profile.data(), index, keys, kept);
  const std::vector<std::uint32_t> ordered = tallies.ordered();

  SiteTimeline result;
  result.groups = ordered.size();
  // The greatest are few, and known as soon as no other key can have as much as the least of them.
  for (const std::uint32_t key : ordered) {
    const bool full = result.sites.size() >= sites;
    if (full && (sites == 0 || tallies.most(key) <= result.sites.back().most)) break;
    SiteSeries series = series_of(index, tallies.of(key), first, last);
    if (series.most == 0 || (full && series.most <= result.sites.back().most)) continue;
    series.key = keys.key_of(key);
    if (full) result.sites.pop_back();
    const auto place =
        std::ranges::upper_bound(result.sites, series.most, std::greater<>(), &SiteSeries::most);
    result.sites.insert(place, std::move(series));
  }
  std::vector<BucketSum> sums = bucket_sums(index, kept, span.to);
  const std::uint64_t live_at_start =
      first == 0 || sums.empty() ? 0 : sums[std::min(first, sums.size()) - 1].live.bytes;
  sums.erase(sums.begin(),
             sums.begin() + static_cast<std::ptrdiff_t>(std::min(first, sums.size())));
  result.buckets = std::move(sums);
  result.others = rest_of(live_at_start, result.buckets, result.sites);
  return result;
}

}  // namespace heaptally
