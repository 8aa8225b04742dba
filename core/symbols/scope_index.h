// Which function, and which calls inlined into it, an address of a unit belongs to.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <vector>

#include "core/symbols/die_walk.h"
#include "core/symbols/interval_map.h"

namespace heaptally {

// Purpose: the functions of one compilation unit and the calls inlined into them, by
//   address. Built in one walk over the unit, so that no lookup walks it again.
// Owner: DwarfIndex. Threads: one. Invariant: a scope's parent precedes it.
class ScopeIndex {
 public:
  static constexpr std::uint32_t kNone = IntervalMap::kNone;

  struct Scope {
    Dwarf_Off die = 0;
    std::uint32_t parent = kNone;  // of an inlined call: the scope that it was inlined into
    bool inlined = false;
  };

  // Ranges that start outside of `code` are left from functions the linker dropped.
  ScopeIndex(const Dwarf_Die& unit, const std::vector<AddressRange>& code);

  // The innermost scope at `address`, or kNone.
  std::uint32_t find(std::uint64_t address) const { return by_address_.find(address).value; }
  const Scope& operator[](std::uint32_t scope) const { return scopes_[scope]; }

 private:
  DieListEnd walk(const Dwarf_Die& parent, std::uint32_t scope, int depth);
  std::uint32_t add(Dwarf_Die die, std::uint32_t parent, bool inlined, int depth);

  const std::vector<AddressRange>* code_;  // only while building
  std::vector<Scope> scopes_;
  IntervalMap by_address_;
};

}  // namespace heaptally
