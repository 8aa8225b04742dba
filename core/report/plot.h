// Plot: values over time drawn with characters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/style.h"

namespace heaptally {

// Braille characters have two dots beside each other and four above each other; blocks are as wide
// as the character, and an eighth of it high.
enum class PlotDots { kBraille, kBlocks };

// Of a plot.
enum class PlotPart { kArea, kLine };

Colour colour_of(PlotPart part);

// How many values go beside each other in `width` characters.
std::size_t plot_columns(PlotDots dots, std::size_t width);

struct Plot {
  PlotDots dots = PlotDots::kBraille;
  std::size_t height = 10;          // in characters
  std::uint64_t top = 1;            // the value at the upper edge
  std::vector<std::uint64_t> area;  // filled down to 0; what is not 0 shows
  std::vector<std::uint64_t>
      line;  // drawn over it, which gives way; empty, or as many; no dot at 0
};

// The lines of a plot, the upper one first, each as wide as the plot but for blanks at its end.
std::vector<std::string> draw(const Plot& plot, const Style& style);

// Two characters as the plot has them, for a legend.
std::string plot_sample(PlotDots dots, PlotPart part, const Style& style);

// One line of blocks, each as high as its value is to `top`.
std::string sparkline(const std::vector<std::uint64_t>& values, std::uint64_t top);

// The line, counted from the bottom, in which a value lies.
std::size_t plot_line(const Plot& plot, std::uint64_t value);

}  // namespace heaptally
