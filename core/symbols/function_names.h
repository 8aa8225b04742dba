// Names of functions as debug information gives them.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/symbols/die_walk.h"

namespace heaptally {

// Purpose: the name of the function that a DIE (a function or an inlined call) stands
//   for: its demangled linkage name, else its plain name qualified with the namespaces,
//   classes and functions around it. Remembers what it was asked, because a few
//   functions of the standard library are inlined everywhere.
// Owner: DwarfIndex. Threads: one.
class FunctionNames {
 public:
  // Empty if the DIE names nothing. Valid until the next call.
  const std::string& name_of(const Dwarf_Die& die) { return name_of(die, 0); }

 private:
  // The parents that DWARF does not record: of each function in a unit, the scope around it.
  struct Unit {
    struct Scope {
      Dwarf_Die die;
      std::uint32_t parent;
    };
    std::vector<Scope> scopes;
    std::vector<std::pair<Dwarf_Off, std::uint32_t>> functions;  // by offset
  };

  const std::string& name_of(const Dwarf_Die& die, int depth);
  std::string qualified(Dwarf_Die declaration, const char* name, int depth);
  const Unit& unit_of(const Dwarf_Die& root);
  static DieListEnd walk(Unit& unit, const Dwarf_Die& parent, std::uint32_t scope, int depth);

  std::unordered_map<const void*, std::string> names_;  // by address of the abstract DIE
  std::unordered_map<const void*, std::unique_ptr<Unit>> units_;
};

}  // namespace heaptally
