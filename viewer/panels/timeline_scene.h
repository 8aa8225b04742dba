// TimelineScene: the timeline as it was last laid out, and the steps by which it is drawn.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "viewer/model/timeline_plot.h"
#include "viewer/panels/plot.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// A moment with a name above the plot.
struct TimelineFlag {
  Nanoseconds time{0};
  std::string label;
  Colour32 colour = 0;
  bool is_solid = false;  // the user's own: A, B
};

// Owner: the Timeline. Threads: that of the window.
struct TimelineScene {
  std::shared_ptr<const HeapStack> stack;
  StackColumns columns;
  PlotArea plot, rate;  // rate: the strip below the plot
  float lane = 0;       // the upper edge of where flags are
  float legend_x = 0, legend_width = 0, legend_height = 0;
  std::optional<bool> rss_choice;  // nothing: RSS is drawn unless it dwarfs the heap
  bool with_rss = false;
  std::optional<std::size_t> emphasised;  // a band
  std::optional<MomentReading> reading;   // below the pointer
  std::optional<Nanoseconds> snap;        // the moment that the pointer would take hold of
};

// Fits the scene into a rectangle of the screen. Columns are counted anew only when the answer, the
// visible time or the width is another one.
void lay_out(TimelineScene& scene, const View& view, std::shared_ptr<const HeapStack> stack,
             float x, float y, float width, float height);

// The plot, the rate, flags and the range.
void draw_scene(TimelineScene& scene, const View& view);
// Draws the line at the pointer, and tells what was there.
void draw_pointer(const TimelineScene& scene, const View& view);

// On the right; clicks filter. Returns the band that the pointer is on.
std::optional<std::size_t> draw_legend(TimelineScene& scene, View& view);

// Marks, the peak, both edges, and what the user dropped or kept.
std::vector<Nanoseconds> snap_moments(const HeapStack& stack, const View& view);

// The colour of a band: the last of all is that of others.
Colour32 band_colour(const View& view, const HeapStack& stack, std::size_t band);

}  // namespace heaptally::view
