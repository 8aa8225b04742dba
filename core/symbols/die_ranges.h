// The address ranges of a DWARF entry.
#pragma once

#include <elfutils/libdw.h>

#include <vector>

#include "core/symbols/elf_file.h"

namespace heaptally {

// Calls visit(AddressRange) for each range of `die` that starts in `code`. The others
// belong to functions that the linker dropped: they start at 0 or at a tombstone.
template <class Visit>
void for_each_range(Dwarf_Die die, const std::vector<AddressRange>& code, Visit&& visit) {
  Dwarf_Addr base = 0;
  Dwarf_Addr low = 0;
  Dwarf_Addr high = 0;
  for (ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &low, &high)) > 0;) {
    if (range_of(code, low) != nullptr) visit(AddressRange{low, high});
  }
}

}  // namespace heaptally
