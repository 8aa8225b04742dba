// Histogram: bars side by side, with axes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "viewer/panels/view.h"

namespace heaptally::view {

struct HistogramBar {
  double value = 0;
  std::string label;  // below it, where there is room
  std::string hover;  // all that is known of it
};

struct HistogramStyle {
  Colour32 colour = 0;
  std::string (*value_text)(double) = nullptr;  // of the axis
  bool is_binary = false;                       // sizes: round ones are powers of two
};

// Draws into the rest of the width, `height` pixels high. Returns the bar that was clicked.
std::optional<std::size_t> draw_histogram(const View& view, const char* id,
                                          const std::vector<HistogramBar>& bars,
                                          const HistogramStyle& style,
                                          std::optional<std::size_t> chosen, float height);

// A round number that is at least `most`, and a step that divides it into few parts.
struct AxisSteps {
  double most = 1, step = 1;
};
// `binary`: of sizes, so powers of two.
AxisSteps axis_steps(double most, bool binary);

}  // namespace heaptally::view
