// Rows: how lists of many rows are chosen from by mouse and keys.
#pragma once

#include <cstddef>
#include <string_view>

#include "viewer/panels/view.h"

namespace heaptally::view {

// What the mouse does to a row that is about to be drawn.
struct RowMouse {
  bool is_over = false;
  bool clicked = false;
  bool entered = false;  // by a double click
  bool asks_menu = false;
};

// Of the current row of a table with a frozen header, after its first TableNextColumn. `rows`
// pixels high; colours it if it is `chosen` or below the pointer.
RowMouse table_row(const View& view, bool chosen);
// Of a line of a list outside of tables: from here to the window's right edge, one text line high.
RowMouse list_row(const View& view, bool chosen);

// What the keys do to the chosen one of `rows` rows, while no text is typed and no menu is open.
struct RowKeys {
  bool moved = false;
  bool entered = false;
};
// `page`: how many rows are in sight. Nothing chosen is a `chosen` of `rows` or more.
RowKeys row_keys(std::size_t& chosen, std::size_t rows, std::size_t page);

// Scrolls the current window so that a row is in sight, of rows that are all `height` pixels high
// and begin `above` pixels below the window's top, which the header covers.
void scroll_to_row(std::size_t row, float height, float above);

// A line between two parts, to be dragged; returns by how many pixels it was. `horizontal`: the
// parts lie above each other.
float splitter(const View& view, const char* id, bool horizontal, float length);

}  // namespace heaptally::view
