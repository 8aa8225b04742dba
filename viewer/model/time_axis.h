// TimeAxis: which part of a run a plot shows, and where on it a moment lies.
#pragma once

#include <optional>
#include <vector>

#include "core/profile/heap_timeline.h"

namespace heaptally::view {

// Purpose: the visible part of a run of some duration. All positions are in pixels from the left
//   edge of a plot that is `width` pixels wide.
// Invariants: 0 <= visible().from < visible().to <= whole().
class TimeAxis {
 public:
  explicit TimeAxis(Nanoseconds duration = Nanoseconds(1));

  const TimeSpan& visible() const { return visible_; }
  Nanoseconds whole() const { return duration_; }
  bool shows_all() const;

  double position_of(Nanoseconds time, double width) const;
  Nanoseconds time_at(double position, double width) const;

  // `factor` < 1 shows less; the moment at `share` of the width stays where it is.
  void zoom(double factor, double share);
  // By this share of what is visible; positive: later.
  void pan(double share);
  void show(TimeSpan span);
  void show_all();

 private:
  Nanoseconds duration_;
  TimeSpan visible_;
};

// The moment nearest to `time` of those within `reach` of it; else `time` itself.
Nanoseconds snapped(Nanoseconds time, const std::vector<Nanoseconds>& moments, Nanoseconds reach);

// Round moments within the span, at most `count`, for an axis.
std::vector<Nanoseconds> ticks_of(const TimeSpan& span, std::size_t count);

// "1.5 s", with as many digits as tell ticks `step` apart from each other.
std::string tick_text(Nanoseconds time, Nanoseconds step);

}  // namespace heaptally::view
