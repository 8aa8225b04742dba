// TimePlot: a plot of sizes over time with its axes.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/heap_timeline.h"
#include "core/report/plot.h"
#include "core/report/style.h"

namespace heaptally {

// "peak 12.1 MiB at 45.0 ms", and how far that is exact.
std::string peak_text(const TimelinePeak& peak, bool recorded_maxima);

// Purpose: lines of a terminal that have a label each, and beside it what lies at which time.
class TimePlot {
 public:
  // `width`: of a line, labels included, in characters; less than 30 is as 30.
  TimePlot(const TimeSpan& span, std::size_t width, const Style& style);

  // Of what is beside the labels, in characters, and in which of them a moment lies.
  std::size_t width() const { return width_; }
  std::size_t column_of(Nanoseconds time) const {
    return heaptally::column_of(span_, time, width_);
  }

  // What stands before a line.
  static std::string label(std::string_view text);

  // The plot, of as many columns as lie beside each other in width(), with both axes.
  void write(const Plot& plot, std::ostream& out) const;
  // A line with the marks that lie within, as far as there is room beside each other; none if there
  // are none.
  void write_marks(std::string_view name, const std::vector<Mark>& marks, std::ostream& out) const;

 private:
  void write_time_axis(std::ostream& out) const;

  TimeSpan span_;
  std::size_t width_;
  Style style_;
};

}  // namespace heaptally
