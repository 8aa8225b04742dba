// Plots over time: axes, and where on the screen what lies.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "viewer/model/time_axis.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// A rectangle of the screen in which bytes are plotted over time.
struct PlotArea {
  float x = 0, y = 0, width = 0, height = 0;
  TimeSpan time;
  double top = 1;  // the value at its upper edge

  float right() const { return x + width; }
  float bottom() const { return y + height; }
  float x_of(Nanoseconds moment) const;
  float y_of(double value) const;
  Nanoseconds time_at(float position) const;
  bool holds(Nanoseconds moment) const { return moment >= time.from && moment <= time.to; }
};

// How much room the numbers of a size axis take on the left of a plot.
float size_axis_width();
// Lines across the plot at round sizes, and these on its left.
void draw_size_axis(const View& view, const PlotArea& area);
// Lines at round moments down to `foot`, and these below it.
void draw_time_axis(const View& view, const PlotArea& area, float foot);

// Column by column, from the left edge of the area: a filled area between two rows of values, and
// a line. Neighbours that look the same are drawn as one.
void fill_columns(const PlotArea& area, const std::vector<std::uint64_t>& low,
                  const std::vector<std::uint64_t>& high, Colour32 colour);
void line_columns(const PlotArea& area, const std::vector<std::uint64_t>& values, Colour32 colour,
                  float thickness);

// Text at a place of the screen, as text() writes it.
void text_at(float x, float y, Colour32 colour, std::string_view content);
float width_of_text(std::string_view content);

// Text that may be of any length and hold anything, fit for one line of so many pixels.
std::string safe_label(std::string_view content, float width, bool keep_end = false);

// A colour, then what it stands for, as in a legend; `line`: it is drawn as a line.
void colour_sample(float x, float y, float height, Colour32 colour, bool line);

}  // namespace heaptally::view
