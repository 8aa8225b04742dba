// Walking trees of DWARF's debugging information entries (DIEs) that cannot be trusted.
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>

namespace heaptally {

// Deeper than any compiler nests scopes; bounds the recursion over a hostile file.
inline constexpr int kMaxDieDepth = 512;

// Where the list of a DIE's children ends: the address of its closing null entry, or null
// where that is not known. What dwarf_siblingof() leaves behind on the last child.
using DieListEnd = const void*;

// The DIE after `die`, if it is a sibling. Where sibling attributes are missing, as in
// clang's output, libdw reads all descendants to get there, on each level of the tree
// again; a caller that has just walked them knows better: they end at `children_end`.
// Returns false and sets `list_end` after the last sibling.
inline bool next_sibling(Dwarf_Die& die, DieListEnd children_end, DieListEnd& list_end) {
  list_end = nullptr;
  if (children_end != nullptr) {
    const char* after = static_cast<const char*>(children_end) + 1;
    const auto distance = static_cast<Dwarf_Off>(after - static_cast<const char*>(die.addr));
    Dwarf_Die next;
    if (dwarf_offdie(dwarf_cu_getdwarf(die.cu), dwarf_dieoffset(&die) + distance, &next) !=
            nullptr &&
        next.addr == after && next.cu == die.cu) {
      if (dwarf_tag(&next) == DW_TAG_invalid) {  // what libdw calls a null entry
        list_end = after;
        return false;
      }
      die = next;
      return true;
    }
  }
  Dwarf_Die next{};
  const int result = dwarf_siblingof(&die, &next);
  if (result == 1) list_end = next.addr;
  if (result != 0 || next.addr <= die.addr) return false;
  die = next;
  return true;
}

// Calls visit(child) for each child of `parent`; it returns the end of the list of the
// child's own children if it walked them all, else null. Ends where siblings go backwards.
template <class Visit>
DieListEnd for_each_child(Dwarf_Die parent, Visit&& visit) {
  Dwarf_Die child;
  if (dwarf_child(&parent, &child) != 0) return nullptr;
  DieListEnd list_end = nullptr;
  DieListEnd children_end = nullptr;
  do {
    children_end = visit(child);
  } while (next_sibling(child, children_end, list_end));
  return list_end;
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
