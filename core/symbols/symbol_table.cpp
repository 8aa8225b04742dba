#include "core/symbols/symbol_table.h"

#include <gelf.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/symbols/elf_file.h"

namespace heaptally {
namespace {

// Aliases at one address: the higher rank is what a programmer would recognise.
struct Ranked {
  SymbolTable::Symbol symbol;
  int rank = 0;
};

int rank_of(const GElf_Sym& symbol, const char* name) {
  int rank = 0;
  if (symbol.st_size != 0) rank += 1000;
  if (GELF_ST_BIND(symbol.st_info) == STB_GLOBAL) rank += 200;
  if (GELF_ST_BIND(symbol.st_info) == STB_WEAK) rank += 100;
  if (GELF_ST_TYPE(symbol.st_info) != STT_NOTYPE) rank += 50;
  // "malloc" rather than "__libc_malloc"; mangling prefixes do not count.
  const std::size_t underscores = std::strspn(name, "_");
  const bool mangled = underscores == 1 && (name[1] == 'Z' || name[1] == 'R');
  return mangled ? rank : rank - static_cast<int>(std::min<std::size_t>(underscores, 40));
}

bool may_name_code(const GElf_Sym& symbol, const char* name) {
  const int type = GELF_ST_TYPE(symbol.st_info);
  if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE) return false;
  // Assemblers' local labels and mapping symbols mark places, not functions.
  return symbol.st_shndx != SHN_UNDEF && *name != '\0' && *name != '$' && *name != '.';
}

// Which table dwfl chose shows only in the file that its symbols come from.
const char* source_of(Dwfl_Module* module, Elf* from) {
  GElf_Addr bias = 0;
  Elf* main = dwfl_module_getelf(module, &bias);
  return from != main || has_section_of_type(main, SHT_SYMTAB) ? "symtab" : "dynsym";
}

}  // namespace

SymbolTable::SymbolTable(Dwfl_Module* module, std::vector<AddressRange> code)
    : code_(std::move(code)) {
  const int count = dwfl_module_getsymtab(module);
  std::vector<Ranked> symbols;
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol;
    GElf_Addr address = 0;
    Elf* elf = nullptr;
    const char* name =
        dwfl_module_getsym_info(module, i, &symbol, &address, nullptr, &elf, nullptr);
    if (name == nullptr || !may_name_code(symbol, name)) continue;
    if (range_of(code_, address) == nullptr) continue;
    if (symbols.empty()) source_ = source_of(module, elf);
    symbols.push_back({{address, symbol.st_size, name}, rank_of(symbol, name)});
  }
  std::sort(symbols.begin(), symbols.end(), [](const Ranked& a, const Ranked& b) {
    return std::tuple(a.symbol.address, -a.rank, std::string_view(a.symbol.name)) <
           std::tuple(b.symbol.address, -b.rank, std::string_view(b.symbol.name));
  });
  for (const Ranked& ranked : symbols) {
    const Symbol& symbol = ranked.symbol;
    if (!by_address_.empty() && by_address_.back().address == symbol.address) continue;
    const AddressRange section = *range_of(code_, symbol.address);
    const std::uint64_t size = std::min(symbol.size, section.high - symbol.address);
    sized_.add({symbol.address, symbol.address + size},
               static_cast<std::uint32_t>(by_address_.size()));
    by_address_.push_back(symbol);
  }
  by_address_.shrink_to_fit();
  sized_.build();
}

const SymbolTable::Symbol* SymbolTable::find(std::uint64_t address) const {
  const IntervalMap::Segment segment = sized_.find(address);
  if (segment.value != IntervalMap::kNone) return &by_address_[segment.value];
  const auto after =
      std::upper_bound(by_address_.begin(), by_address_.end(), address,
                       [](std::uint64_t a, const Symbol& symbol) { return a < symbol.address; });
  const AddressRange* section = range_of(code_, address);
  if (after == by_address_.begin() || section == nullptr) return nullptr;
  const Symbol& nearest = *std::prev(after);
  const bool reaches =
      nearest.size == 0 && nearest.address >= segment.start && section->contains(nearest.address);
  return reaches ? &nearest : nullptr;
}

}  // namespace heaptally
