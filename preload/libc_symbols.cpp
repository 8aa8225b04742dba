#include "preload/libc_symbols.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "preload/loader.h"
#include "preload/real_allocator.h"
#include "preload/system.h"
#include "wire/layout.h"

// The hooks under names of their own: those that they have in libc may stand for others here.
#define HEAPTALLY_ALIAS(function) \
  extern "C" __attribute__((visibility("hidden"))) void heaptally_hook_##function(void);
HEAPTALLY_ALIAS(malloc)
HEAPTALLY_ALIAS(free)
HEAPTALLY_ALIAS(calloc)
HEAPTALLY_ALIAS(realloc)
HEAPTALLY_ALIAS(reallocarray)
HEAPTALLY_ALIAS(posix_memalign)
HEAPTALLY_ALIAS(aligned_alloc)
HEAPTALLY_ALIAS(memalign)
HEAPTALLY_ALIAS(valloc)
HEAPTALLY_ALIAS(pvalloc)
HEAPTALLY_ALIAS(malloc_usable_size)

namespace heaptally::preload {
namespace {

struct Hook {
  const char* name;
  void (*function)();
};
#define HEAPTALLY_HOOK_ENTRY(function) \
  { #function, &heaptally_hook_##function }
const Hook kHooks[] = {
    HEAPTALLY_HOOK_ENTRY(malloc),
    HEAPTALLY_HOOK_ENTRY(free),
    HEAPTALLY_HOOK_ENTRY(calloc),
    HEAPTALLY_HOOK_ENTRY(realloc),
    HEAPTALLY_HOOK_ENTRY(reallocarray),
    HEAPTALLY_HOOK_ENTRY(posix_memalign),
    HEAPTALLY_HOOK_ENTRY(aligned_alloc),
    HEAPTALLY_HOOK_ENTRY(memalign),
    HEAPTALLY_HOOK_ENTRY(valloc),
    HEAPTALLY_HOOK_ENTRY(pvalloc),
    HEAPTALLY_HOOK_ENTRY(malloc_usable_size),
};

struct SymbolTable {
  ElfW(Sym) * symbols = nullptr;
  const char* names = nullptr;
  const std::uint32_t* hash = nullptr;  // DT_GNU_HASH
};

// The loader has made absolute addresses of these in place.
SymbolTable table_of(const link_map* map) {
  SymbolTable table;
  for (const ElfW(Dyn)* entry = map->l_ld; entry->d_tag != DT_NULL; ++entry) {
    const auto address = entry->d_un.d_ptr;
    if (entry->d_tag == DT_SYMTAB) table.symbols = reinterpret_cast<ElfW(Sym)*>(address);
    if (entry->d_tag == DT_STRTAB) table.names = reinterpret_cast<const char*>(address);
    if (entry->d_tag == DT_GNU_HASH) table.hash = reinterpret_cast<const std::uint32_t*>(address);
  }
  return table;
}

std::uint32_t hash_of(const char* name) {
  std::uint32_t hash = 5381;
  for (; *name != '\0'; ++name) hash = hash * 33 + static_cast<unsigned char>(*name);
  return hash;
}

// Calls visit(symbol) for each definition of the name, of whatever version. The table is
// {buckets, first symbol, words of the filter, shift}, the filter, the buckets, a chain for each
// symbol from the first on: its hash, but for the lowest bit, which is set where the chain ends.
template <class Visit>
void for_each_named(const SymbolTable& table, const char* name, Visit visit) {
  const std::uint32_t buckets = table.hash[0], first = table.hash[1], words = table.hash[2];
  const std::uint32_t* bucket = table.hash + 4 + words * (sizeof(ElfW(Addr)) / 4);
  const std::uint32_t* chains = bucket + buckets;
  const std::uint32_t hash = hash_of(name);
  std::uint32_t index = bucket[hash % buckets];
  if (index < first) return;
  do {
    ElfW(Sym)& symbol = table.symbols[index];
    if ((chains[index - first] | 1) == (hash | 1) && symbol.st_shndx != SHN_UNDEF &&
        std::strcmp(table.names + symbol.st_name, name) == 0) {
      visit(symbol);
    }
  } while ((chains[index++ - first] & 1) == 0);
}

// Calls visit(symbol, hook) for each symbol that is to name a hook.
template <class Visit>
void for_each_hooked(const SymbolTable& table, Visit visit) {
  for (const Hook& hook : kHooks) {
    for_each_named(table, hook.name, [&](ElfW(Sym) & symbol) { visit(symbol, hook); });
  }
}

// The pages that hold the symbols, and those between them, whose protection changes at once: to
// split mappings for each symbol in turn takes longer than all else here.
struct Pages {
  std::uint64_t begin = ~std::uint64_t{0};
  std::uint64_t end = 0;

  void add(const ElfW(Sym) & symbol) {
    const auto address = reinterpret_cast<std::uint64_t>(&symbol);
    begin = std::min(begin, address / wire::kPage * wire::kPage);
    end = std::max(end, address + sizeof(symbol));
  }
  bool protect(int how) const {
    return begin < end && raw_syscall(SYS_mprotect, static_cast<long>(begin),
                                      static_cast<long>(end - begin), how) == 0;
  }
};

const link_map* map_of(const void* address) {
  dl_find_object found;
  const bool is_there = g_loader.find_object(const_cast<void*>(address), &found) == 0;
  return is_there ? found.dlfo_link_map : nullptr;
}

}  // namespace

void redirect_libc_symbols() {
  const link_map* libc = map_of(reinterpret_cast<const void*>(&dlopen));
  if (libc == nullptr || map_of(reinterpret_cast<const void*>(g_real.malloc)) != libc) return;
  const SymbolTable table = table_of(libc);
  if (table.symbols == nullptr || table.names == nullptr || table.hash == nullptr) return;
  Pages pages;
  for_each_hooked(table, [&](const ElfW(Sym) & symbol, const Hook&) { pages.add(symbol); });
  if (!pages.protect(PROT_READ | PROT_WRITE)) return;
  for_each_hooked(table, [&](ElfW(Sym) & symbol, const Hook& hook) {
    symbol.st_value = reinterpret_cast<std::uint64_t>(hook.function) - libc->l_addr;
  });
  pages.protect(PROT_READ);
}

}  // namespace heaptally::preload
