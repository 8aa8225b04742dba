#include "core/symbols/dwarf_index.h"

#include <dwarf.h>

#include <optional>

#include "core/symbols/die_ranges.h"
#include "core/symbols/source_path.h"

namespace heaptally {
namespace {

std::optional<Dwarf_Word> number_of(Dwarf_Die& die, unsigned int attribute) {
  Dwarf_Attribute value;
  Dwarf_Word number = 0;
  if (dwarf_attr(&die, attribute, &value) == nullptr) return std::nullopt;
  if (dwarf_formudata(&value, &number) != 0) return std::nullopt;
  return number;
}

}  // namespace

DwarfIndex::DwarfIndex(Dwarf* dwarf, const std::vector<AddressRange>& code) : code_(code) {
  Dwarf_CU* cu = nullptr;
  Dwarf_Die root;
  Dwarf_Die split;
  std::uint8_t type = 0;
  while (dwarf_get_units(dwarf, cu, &cu, nullptr, &type, &root, &split) == 0) {
    if (type != DW_UT_compile && type != DW_UT_skeleton) continue;
    add_unit(root, type == DW_UT_skeleton && split.addr != nullptr ? split : root);
  }
  by_address_.build();
}

void DwarfIndex::add_unit(const Dwarf_Die& lines, const Dwarf_Die& tree) {
  bool has_code = false;
  const auto unit = static_cast<std::uint32_t>(units_.size());
  for_each_range(lines, code_, [&](AddressRange range) {
    by_address_.add(range, unit);
    has_code = true;
  });
  if (!has_code) return;
  units_.push_back({lines, tree, nullptr, nullptr});
  Dwarf_Attribute directory;
  if (dwarf_attr(&units_.back().lines, DW_AT_comp_dir, &directory) != nullptr) {
    units_.back().directory = dwarf_formstring(&directory);
  }
}

const std::string& DwarfIndex::path_of(const Unit& unit, const char* name) {
  const auto [path, is_new] = paths_.try_emplace(name);
  if (is_new) path->second = source_path(unit.directory, name);
  return path->second;
}

DwarfIndex::Place DwarfIndex::line_at(Unit& unit, std::uint64_t address) {
  Place place;
  Dwarf_Line* entry = dwarf_getsrc_die(&unit.lines, address);
  if (entry == nullptr) return place;
  int number = 0;
  if (dwarf_lineno(entry, &number) == 0) place.line = static_cast<std::uint32_t>(number);
  if (dwarf_linecol(entry, &number) == 0) place.column = static_cast<std::uint32_t>(number);
  if (const char* file = dwarf_linesrc(entry, nullptr, nullptr)) place.file = path_of(unit, file);
  return place;
}

DwarfIndex::Place DwarfIndex::call_of(Unit& unit, Dwarf_Die& inlined_call) {
  Place place;
  place.line = static_cast<std::uint32_t>(number_of(inlined_call, DW_AT_call_line).value_or(0));
  place.column = static_cast<std::uint32_t>(number_of(inlined_call, DW_AT_call_column).value_or(0));
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  const std::optional<Dwarf_Word> file = number_of(inlined_call, DW_AT_call_file);
  if (!file || dwarf_getsrcfiles(&unit.lines, &files, &count) != 0 || *file >= count) return place;
  if (const char* name = dwarf_filesrc(files, *file, nullptr, nullptr)) {
    place.file = path_of(unit, name);
  }
  return place;
}

std::vector<Location> DwarfIndex::resolve(std::uint64_t address,
                                          const std::function<std::string()>& symbol_name) {
  const std::uint32_t index = by_address_.find(address).value;
  if (index == IntervalMap::kNone) return {};
  Unit& unit = units_[index];
  if (unit.scopes == nullptr) unit.scopes = std::make_unique<ScopeIndex>(unit.tree, code_);

  std::vector<Location> locations;
  Place place = line_at(unit, address);
  bool in_inlined_call = true;
  std::uint32_t scope = unit.scopes->find(address);
  for (; scope != ScopeIndex::kNone && in_inlined_call; scope = (*unit.scopes)[scope].parent) {
    Dwarf_Die die;
    if (dwarf_offdie(dwarf_cu_getdwarf(unit.tree.cu), (*unit.scopes)[scope].die, &die) == nullptr) {
      break;
    }
    locations.push_back({names_.name_of(die), std::move(place.file), place.line, place.column, 0});
    in_inlined_call = (*unit.scopes)[scope].inlined;
    place = in_inlined_call ? call_of(unit, die) : Place{};
  }
  if (in_inlined_call) {
    locations.push_back({symbol_name(), std::move(place.file), place.line, place.column, 0});
  } else if (locations.back().function.empty()) {
    locations.back().function = symbol_name();
  }
  return locations;
}

}  // namespace heaptally
