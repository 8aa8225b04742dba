#include "core/symbols/interval_map.h"

#include <algorithm>
#include <queue>

namespace heaptally {

void IntervalMap::add(AddressRange range, std::uint32_t value, std::uint32_t depth) {
  if (range.low < range.high) ranges_.push_back({range, value, depth});
}

void IntervalMap::emit(std::uint64_t start, std::uint32_t value) {
  const std::uint32_t before = segments_.empty() ? kNone : segments_.back().value;
  if (before != value) segments_.push_back({start, value});
}

void IntervalMap::build() {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.at.low < b.at.low; });
  const auto loses = [](const Range& a, const Range& b) {
    if (a.depth != b.depth) return a.depth < b.depth;
    if (a.at.low != b.at.low) return a.at.low < b.at.low;
    return a.value > b.value;
  };
  // Sweeps upwards. A range that ended stays in the heap until it comes to the top.
  std::priority_queue<Range, std::vector<Range>, decltype(loses)> open(loses);
  std::size_t next = 0;
  while (next < ranges_.size() || !open.empty()) {
    std::uint64_t at = 0;
    if (open.empty()) {
      at = ranges_[next].at.low;
    } else if (next < ranges_.size() && ranges_[next].at.low <= open.top().at.high) {
      at = ranges_[next].at.low;
    } else {
      at = open.top().at.high;
    }
    while (next < ranges_.size() && ranges_[next].at.low == at) open.push(ranges_[next++]);
    while (!open.empty() && open.top().at.high <= at) open.pop();
    emit(at, open.empty() ? kNone : open.top().value);
  }
  ranges_ = {};
  segments_.shrink_to_fit();
}

IntervalMap::Segment IntervalMap::find(std::uint64_t address) const {
  const auto after =
      std::upper_bound(segments_.begin(), segments_.end(), address,
                       [](std::uint64_t a, const Segment& segment) { return a < segment.start; });
  return after == segments_.begin() ? Segment{} : *std::prev(after);
}

}  // namespace heaptally
