// Facts read straight from an ELF file.
#pragma once

#include <libelf.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/symbols/interval_map.h"

namespace heaptally {

// Lower-case hex of the GNU build-id; empty if the file has none.
std::string build_id_of(Elf* elf);

// True for what a process can map as code: executables and shared objects.
bool is_program_or_library(Elf* elf);

// Where the file's code lies, as linked: its executable sections, or, where section
// headers were stripped, its executable segments. Sorted.
std::vector<AddressRange> code_ranges(Elf* elf);

// The range of sorted `ranges` that holds `address`, or null.
const AddressRange* range_of(const std::vector<AddressRange>& ranges, std::uint64_t address);

bool has_section_of_type(Elf* elf, std::uint32_t type);

}  // namespace heaptally
