// Timeline plots: what a run looks like in so many columns of pixels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "viewer/model/heap_stack.h"
#include "viewer/model/time_axis.h"

namespace heaptally::view {

// Of each column, by number from the left.
struct StackColumns {
  std::size_t columns = 0;
  std::size_t bands = 0;  // the series and, on top of them, all others
  // By band and column: the bytes of that band and of those below it, at the highest known moment
  // within the column, or between the two edges around it.
  std::vector<std::vector<std::uint64_t>> tops;
  std::vector<std::uint64_t> most;  // the greatest live bytes, where that is known to be more
  std::vector<std::uint64_t> rss;   // empty if nobody sampled it
  std::vector<std::uint64_t> rate;  // bytes allocated in a second
  std::uint64_t highest = 0, highest_rss = 0, highest_rate = 0;
};

StackColumns stack_columns(const HeapStack& stack, const TimeSpan& span, std::size_t columns);

// Something written at a position; those that come first in a list matter most.
struct PlacedLabel {
  double from = 0, to = 0;
};
// Which of them are written so that none overlaps another one.
std::vector<bool> fitting_labels(const std::vector<PlacedLabel>& labels, double gap);

// Purpose: makes a range of time from what a pointer does: one edge stays, the other one follows.
class RangeDrag {
 public:
  // The button goes down at a moment. An edge of the present range within `reach` of it is taken
  // hold of; otherwise a new range begins there.
  void press(Nanoseconds at, const std::optional<TimeSpan>& range, Nanoseconds reach);
  void release() { fixed_.reset(); }
  bool is_on() const { return fixed_.has_value(); }
  // The edge that stays.
  std::optional<Nanoseconds> fixed() const { return fixed_; }
  // The range with its other edge at this moment; nothing if that is an empty one.
  std::optional<TimeSpan> range_to(Nanoseconds at) const;

 private:
  std::optional<Nanoseconds> fixed_;
};

// The edge of the range within `reach` of the moment, if there is one.
std::optional<Nanoseconds> near_edge(const std::optional<TimeSpan>& range, Nanoseconds at,
                                     Nanoseconds reach);

}  // namespace heaptally::view
