#include "core/symbols/scope_index.h"

#include "core/symbols/die_ranges.h"

namespace heaptally {

ScopeIndex::ScopeIndex(const Dwarf_Die& unit, const std::vector<AddressRange>& code)
    : code_(&code) {
  walk(unit, kNone, 0);
  by_address_.build();
  scopes_.shrink_to_fit();
  code_ = nullptr;
}

DieListEnd ScopeIndex::walk(const Dwarf_Die& parent, std::uint32_t scope, int depth) {
  if (depth > kMaxDieDepth) return nullptr;
  return for_each_child(parent, [&](Dwarf_Die& child) -> DieListEnd {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_subprogram) {
      // A function inside a function is called, not inlined: it starts a chain of its own.
      return walk(child, add(child, kNone, false, depth), depth + 1);
    }
    if (tag == DW_TAG_inlined_subroutine) {
      return walk(child, add(child, scope, true, depth), depth + 1);
    }
    return holds_functions(tag) ? walk(child, scope, depth + 1) : nullptr;
  });
}

std::uint32_t ScopeIndex::add(Dwarf_Die die, std::uint32_t parent, bool inlined, int depth) {
  const auto scope = static_cast<std::uint32_t>(scopes_.size());
  bool has_code = false;
  for_each_range(die, *code_, [&](AddressRange range) {
    by_address_.add(range, scope, static_cast<std::uint32_t>(depth));
    has_code = true;
  });
  // Most entries are declarations and abstract instances, which no address leads to.
  if (!has_code) return parent;
  scopes_.push_back({dwarf_dieoffset(&die), parent, inlined});
  return scope;
}

}  // namespace heaptally
