// A module's DWARF, by address.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/location.h"
#include "core/symbols/function_names.h"
#include "core/symbols/interval_map.h"
#include "core/symbols/scope_index.h"

namespace heaptally {

// Purpose: resolves addresses with DWARF. Finds units by the ranges that they state
//   themselves (clang writes no .debug_aranges) and indexes a unit when it is first hit.
// Owner: Module, whose Dwfl owns the Dwarf. Threads: one.
// Addresses are the DWARF's own, without bias.
class DwarfIndex {
 public:
  // `code` as in ScopeIndex; it must outlive the index.
  DwarfIndex(Dwarf* dwarf, const std::vector<AddressRange>& code);

  // False if no unit covers any address.
  bool has_code() const { return !by_address_.empty(); }

  // The locations of `address`, innermost first; empty if no unit covers it. Where the
  // outermost function has no entry (as in assembly), `symbol_name` is asked for it.
  std::vector<Location> resolve(std::uint64_t address,
                                const std::function<std::string()>& symbol_name);

 private:
  struct Unit {
    Dwarf_Die lines;  // has the line table
    Dwarf_Die tree;   // has the functions; another one only with split DWARF
    const char* directory = nullptr;
    std::unique_ptr<ScopeIndex> scopes;
  };
  struct Place {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
  };

  void add_unit(const Dwarf_Die& lines, const Dwarf_Die& tree);
  Place line_at(Unit& unit, std::uint64_t address);
  Place call_of(Unit& unit, Dwarf_Die& inlined_call);
  const std::string& path_of(const Unit& unit, const char* name);

  const std::vector<AddressRange>& code_;
  std::vector<Unit> units_;
  IntervalMap by_address_;  // to indexes of units_
  FunctionNames names_;
  // libdw hands out one pointer a file of a line table, however often it is asked.
  std::unordered_map<const char*, std::string> paths_;
};

}  // namespace heaptally
