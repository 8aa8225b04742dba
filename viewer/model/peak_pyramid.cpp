#include "viewer/model/peak_pyramid.h"

#include <algorithm>
#include <utility>

namespace heaptally::view {

PeakPyramid::PeakPyramid(std::vector<std::uint64_t> values) : values_(std::move(values)) {
  std::size_t below = values_.size();
  do {
    const std::size_t size = (below + 1) / 2;
    std::vector<std::uint32_t> level(size);
    for (std::size_t i = 0; i < size; ++i) {
      const auto at = [&](std::size_t k) {
        return levels_.empty() ? k : std::size_t{levels_.back()[k]};
      };
      const std::size_t first = at(2 * i);
      const bool has_second = 2 * i + 1 < below;
      level[i] = static_cast<std::uint32_t>(has_second ? higher(first, at(2 * i + 1)) : first);
    }
    levels_.push_back(std::move(level));
    below = size;
  } while (below > 1);
}

std::size_t PeakPyramid::higher(std::size_t a, std::size_t b) const {
  return values_[b] > values_[a] ? b : a;
}

std::size_t PeakPyramid::highest(std::size_t from, std::size_t to) const {
  std::size_t best = from;
  while (from < to) {
    // The largest block that begins here and fits.
    std::size_t level = 0;
    while (level < levels_.size() && from % (std::size_t{2} << level) == 0 &&
           from + (std::size_t{2} << level) <= to) {
      ++level;
    }
    const std::size_t found = level == 0 ? from : levels_[level - 1][from >> level];
    best = higher(best, found);
    from += std::size_t{1} << level;
  }
  return best;
}

std::uint64_t PeakPyramid::most(std::size_t from, std::size_t to) const {
  return from < to ? values_[highest(from, to)] : 0;
}

}  // namespace heaptally::view
