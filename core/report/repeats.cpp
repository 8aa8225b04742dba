#include "core/report/repeats.h"

#include <algorithm>

namespace heaptally {

Repeat repeat_before(std::span<const std::string> items, std::size_t place) {
  constexpr std::size_t kLongest = 16;
  for (std::size_t period = 1; period <= std::min(kLongest, place); ++period) {
    std::size_t end = place;
    while (end < items.size() && items[end] == items[end - period]) ++end;
    const std::size_t times = (end - place) / period;
    if (times * period > 2) return {period, times};
  }
  return {};
}

}  // namespace heaptally
