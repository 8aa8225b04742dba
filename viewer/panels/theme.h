// Theme: the colours and fonts of the viewer, light and dark.
#pragma once

#include <cstddef>
#include <cstdint>

struct ImFont;

namespace heaptally::view {

// A colour as Dear ImGui packs it.
using Colour32 = std::uint32_t;

// Colours that mean something; the rest is in Dear ImGui's style.
struct Palette {
  bool dark = false;
  Colour32 text = 0;
  Colour32 faint_text = 0;  // what may be overlooked
  Colour32 background = 0;  // of plots
  Colour32 grid = 0;        // lines of axes
  Colour32 accent = 0;      // what is chosen
  Colour32 bar = 0;         // bars in cells
  Colour32 live = 0;        // the heap
  Colour32 rss = 0;
  Colour32 rate = 0;  // allocations per time
  Colour32 mark = 0;
  Colour32 peak = 0;
  Colour32 range = 0;  // of time, translucent
  Colour32 grew = 0;   // more than before
  Colour32 shrank = 0;
  Colour32 warning = 0;
  Colour32 match = 0;  // of a search
};

inline constexpr std::size_t kSeries = 8;  // colours that can be told apart

const Palette& palette_of(bool dark);
// Colours of several things in one plot; the last is for "others".
Colour32 series_colour(const Palette& palette, std::size_t number);
// The colour with another opacity, from 0 to 1.
Colour32 with_alpha(Colour32 colour, float alpha);
// `share` 0: a, 1: b.
Colour32 mixed(Colour32 a, Colour32 b, float share);
// Black or white, whichever is read better on `background`.
Colour32 text_on(Colour32 background);

struct Fonts {
  ImFont* text = nullptr;
  ImFont* mono = nullptr;   // for source and numbers that stand below each other
  ImFont* large = nullptr;  // for headings
};

// Sets Dear ImGui's style. `scale`: pixels a unit, 1 on usual displays.
void apply_style(bool dark, float scale);

// Adds the fonts to Dear ImGui's atlas: DejaVu Sans, or the built-in one where it is not installed.
Fonts load_fonts(float scale);

}  // namespace heaptally::view
