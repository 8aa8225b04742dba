// Walking trees of DWARF's debugging information entries (DIEs) that cannot be trusted.
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>

namespace heaptally {

// Deeper than any compiler nests scopes; bounds the recursion over a hostile file.
inline constexpr int kMaxDieDepth = 512;

// Calls visit(child) for each child of `parent`. Ends where siblings go backwards.
template <class Visit>
void for_each_child(Dwarf_Die parent, Visit&& visit) {
  Dwarf_Die child;
  if (dwarf_child(&parent, &child) != 0) return;
  for (;;) {
    visit(child);
    Dwarf_Die next;
    if (dwarf_siblingof(&child, &next) != 0 || next.addr <= child.addr) return;
    child = next;
  }
}

// True for entries that contain functions without being functions.
inline bool holds_functions(int tag) {
  switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_interface_type:
    case DW_TAG_lexical_block:
    case DW_TAG_with_stmt:
    case DW_TAG_try_block:
    case DW_TAG_catch_block:
      return true;
    default:
      return false;
  }
}

}  // namespace heaptally
