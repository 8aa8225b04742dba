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

const Hook* hook_named(const char* name) {
  for (const Hook& hook : kHooks) {
    if (std::strcmp(hook.name, name) == 0) return &hook;
  }
  return nullptr;
}

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

// Calls visit(symbol) for each that can be looked up. The table is
// {buckets, first symbol, words of the filter, shift}, the filter, the buckets, a chain for each
// symbol from the first on, which ends where the lowest bit is set.
template <class Visit>
void for_each_symbol(const SymbolTable& table, Visit visit) {
  const std::uint32_t buckets = table.hash[0], first = table.hash[1], words = table.hash[2];
  const std::uint32_t* bucket = table.hash + 4 + words * (sizeof(ElfW(Addr)) / 4);
  const std::uint32_t* chains = bucket + buckets;
  for (std::uint32_t i = 0; i < buckets; ++i) {
    std::uint32_t index = bucket[i];
    if (index < first) continue;
    do {
      visit(table.symbols[index]);
    } while ((chains[index++ - first] & 1) == 0);
  }
}

bool protect(const ElfW(Sym) & symbol, int how) {
  const auto begin = reinterpret_cast<std::uint64_t>(&symbol) / wire::kPage * wire::kPage;
  const auto end = reinterpret_cast<std::uint64_t>(&symbol + 1);
  return raw_syscall(SYS_mprotect, static_cast<long>(begin), static_cast<long>(end - begin), how) ==
         0;
}

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
  for_each_symbol(table, [&](ElfW(Sym) & symbol) {
    const Hook* hook = hook_named(table.names + symbol.st_name);
    if (hook == nullptr || symbol.st_shndx == SHN_UNDEF) return;
    if (!protect(symbol, PROT_READ | PROT_WRITE)) return;
    symbol.st_value = reinterpret_cast<std::uint64_t>(hook->function) - libc->l_addr;
    protect(symbol, PROT_READ);
  });
}

}  // namespace heaptally::preload
