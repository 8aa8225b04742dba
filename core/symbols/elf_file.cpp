#include "core/symbols/elf_file.h"

#include <elfutils/libdwelf.h>
#include <gelf.h>

#include <algorithm>

namespace heaptally {
namespace {

// Adds [low, low + size) unless it wraps around, as only a hostile file's does.
void add_range(std::vector<AddressRange>& ranges, std::uint64_t low, std::uint64_t size) {
  if (size > 0 && low + size > low) ranges.push_back({low, low + size});
}

}  // namespace

std::string build_id_of(Elf* elf) {
  const void* bytes = nullptr;
  const ssize_t size = dwelf_elf_gnu_build_id(elf, &bytes);
  std::string hex;
  for (ssize_t i = 0; i < size; ++i) {
    constexpr char kDigits[] = "0123456789abcdef";
    const auto byte = static_cast<const unsigned char*>(bytes)[i];
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

bool is_program_or_library(Elf* elf) {
  GElf_Ehdr header;
  return elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header) != nullptr &&
         (header.e_type == ET_EXEC || header.e_type == ET_DYN);
}

std::vector<AddressRange> code_ranges(Elf* elf) {
  std::vector<AddressRange> ranges;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    if ((header.sh_flags & SHF_ALLOC) == 0 || (header.sh_flags & SHF_EXECINSTR) == 0) continue;
    add_range(ranges, header.sh_addr, header.sh_size);
  }
  std::size_t segments = 0;
  if (ranges.empty() && elf_getphdrnum(elf, &segments) == 0) {
    for (std::size_t i = 0; i < segments; ++i) {
      GElf_Phdr header;
      if (gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr) break;
      if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
      add_range(ranges, header.p_vaddr, header.p_memsz);
    }
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const AddressRange& a, const AddressRange& b) { return a.low < b.low; });
  return ranges;
}

const AddressRange* range_of(const std::vector<AddressRange>& ranges, std::uint64_t address) {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), address,
                       [](std::uint64_t a, const AddressRange& range) { return a < range.low; });
  if (after == ranges.begin() || !std::prev(after)->contains(address)) return nullptr;
  return &*std::prev(after);
}

bool has_section_of_type(Elf* elf, std::uint32_t type) {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) != nullptr && header.sh_type == type) return true;
  }
  return false;
}

}  // namespace heaptally
