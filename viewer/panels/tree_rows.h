// The columns and rows of the tree panel.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "viewer/model/calls.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// Begins the table and draws its head; if so, ImGui::EndTable must be called.
bool begin_tree_table(const Calls& calls);

// The rows in sight begin at the left, however deep they are.
struct TreeIndent {
  std::uint32_t base = 0;  // levels that are not indented by; where it is not 0 depths are told
};
// `depths`: of the rows in sight, from the least to the greatest.
TreeIndent indent_for(std::pair<std::uint32_t, std::uint32_t> depths, float window_width);

struct TreeRowLook {
  bool is_open = false;
  bool can_open = false;
  bool is_chosen = false;
  bool is_match = false;
  TreeIndent indent;
};

// What the mouse did to a row.
struct TreeRowClick {
  bool is_hovered = false;
  bool chooses = false;
  bool toggles = false;
  bool opens_menu = false;
};

// The first cell; the pointer is followed over the whole row.
TreeRowClick draw_call_cell(const View& view, const Calls& calls, std::uint32_t node,
                            const TreeRowLook& look);
void draw_number_cells(const View& view, const Calls& calls, std::uint32_t node);
// The row that tells of children that are not in the tree; in the first cell.
void draw_left_out_cells(const View& view, const Calls& calls, std::uint32_t node,
                         const TreeIndent& indent);

// The same as a table to copy, without rows.
Table table_of_columns(const Calls& calls);
std::vector<std::string> cells_of(const Calls& calls, std::uint32_t node);

}  // namespace heaptally::view
