#include "core/collect/survivor_table.h"

#include <algorithm>
#include <utility>

namespace heaptally {

void SurvivorTable::begin_after(Nanoseconds start, Nanoseconds end) {
  starts_.push_back(start);
  end_ = end;
}

std::size_t SurvivorTable::bucket_of(Nanoseconds birth) const {
  if (birth >= end_ || starts_.empty()) return starts_.size();
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), birth);
  return after == starts_.begin() ? 0 : static_cast<std::size_t>(after - starts_.begin()) - 1;
}

void SurvivorTable::add(Nanoseconds birth, TallyId tally, std::uint64_t size) {
  const std::uint64_t key = std::uint64_t{bucket_of(birth)} << 32 | index_of(tally);
  amounts_[key] += {size, 1};
}

std::vector<Survivors> SurvivorTable::all() const {
  std::vector<std::pair<std::uint64_t, Amount>> sorted(amounts_.begin(), amounts_.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Survivors> result;
  for (const auto& [key, amount] : sorted) {
    const std::size_t bucket = key >> 32;
    const Nanoseconds start = bucket < starts_.size() ? starts_[bucket] : end_;
    if (result.empty() || result.back().start != start) result.push_back({start, {}});
    result.back().amounts.push_back({TallyId{static_cast<std::uint32_t>(key)}, amount});
  }
  return result;
}

}  // namespace heaptally
