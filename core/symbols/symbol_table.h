// A module's ELF symbols, in order of address.
#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <vector>

#include "core/symbols/interval_map.h"

namespace heaptally {

// Purpose: from an address to the symbol of the code that holds it.
// Owner: Module; the names live as long as its Dwfl. Threads: one.
// Invariant: by_address_ holds one entry an address, sorted; a lookup is a binary search.
class SymbolTable {
 public:
  struct Symbol {
    std::uint64_t address = 0;
    std::uint64_t size = 0;      // 0: unknown, as of hand-written assembly
    const char* name = nullptr;  // mangled
  };

  // Reads the table of `module` (.symtab, its debug file's, the compressed one, else
  // .dynsym), keeping what names code in `code`.
  SymbolTable(Dwfl_Module* module, std::vector<AddressRange> code);

  // Null if no symbol is known to cover `address`. One of unknown size covers what
  // lies between it and the next symbol or the end of its section.
  const Symbol* find(std::uint64_t address) const;

  // "symtab", "dynsym", or "none".
  const char* source() const { return source_; }

 private:
  std::vector<AddressRange> code_;
  std::vector<Symbol> by_address_;
  IntervalMap sized_;  // to indexes of by_address_
  const char* source_ = "none";
};

}  // namespace heaptally
