// Widgets: what several panels draw the same way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/types.h"
#include "core/profile/difference.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// A number of the selection's unit: "12.0 MiB" or "1,234".
std::string amount_text(SortBy unit, Amount amount);
std::string change_text(SortBy unit, Change change);  // with its sign
// "12.0 MiB in 1,234 blocks"
std::string whole_text(Amount amount);

// Text that fits `width` pixels: its end, or its beginning for paths, gives way to "…".
std::string fitted(std::string_view text, float width, bool keep_end = false);

// In a cell: `text` to the right, over a bar of this share (0 to 1) of the cell.
void bar_cell(const View& view, std::string_view text, double share, Colour32 bar);
void right_text(std::string_view text);
void text(std::string_view text);  // without a copy, whatever it holds
void faint_text(const View& view, std::string_view text);
void coloured_text(Colour32 colour, std::string_view text);
void wrapped_text(std::string_view text);
// For the item before, while the pointer rests on it.
void tooltip(std::string_view text);

// In the middle of the panel: what it would show, and what to do to see something.
void empty_state(const View& view, std::string_view title, std::string_view advice);
// While an answer is awaited, or why there is none; returns whether there is something to show.
template <class Shown>
bool is_shown(const View& view, const Shown& shown);
void waiting_state(const View& view);
// The same of what takes longer: how much of it is done, from 0 to 1.
void progress_state(const View& view, std::string_view title, double share);
void problem_state(const View& view, std::string_view problem);

template <class Shown>
bool is_shown(const View& view, const Shown& shown) {
  if (shown) return true;
  if (shown.problem.empty()) {
    waiting_state(view);
  } else {
    problem_state(view, shown.problem);
  }
  return false;
}

// A field to search by: returns whether `text` changed. `focus`: the keyboard goes to it.
bool search_box(const char* id, const char* hint, std::string& text, bool focus, float width);

// A combo of a few choices; returns whether `chosen` changed.
bool choice(const char* id, const std::vector<std::string>& names, std::size_t& chosen,
            float width);

// A small button that stays pressed while `on`.
bool toggle(const View& view, const char* label, bool on);

// Without case, whether `text` has `needle` in it; an empty one is in all.
bool has_text(std::string_view text, std::string_view needle);

// The header of a table whose columns were set up: titles stand as their columns do, `left` by
// column.
void header_row(const std::vector<bool>& left);

// For the item before: where it is, for tests that click on it.
void name_area(View& view, std::string_view name);

}  // namespace heaptally::view
