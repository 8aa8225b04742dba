#include "preload/loader.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <algorithm>

#include "wire/layout.h"

namespace heaptally::preload {

constinit Loader g_loader = {};

namespace {

void find_executable() {
  const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(getauxval(AT_PHDR));
  const std::uint64_t count = segments == nullptr ? 0 : getauxval(AT_PHNUM);
  dl_find_object found;
  if (g_loader.find_object(reinterpret_cast<void*>(getauxval(AT_ENTRY)), &found) != 0) return;
  std::uint64_t start = ~std::uint64_t{0}, end = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (segments[i].p_type != PT_LOAD) continue;
    start = std::min(start, segments[i].p_vaddr / wire::kPage * wire::kPage);
    end = std::max(end, segments[i].p_vaddr + segments[i].p_memsz);
  }
  if (start >= end) return;
  g_loader.executable = found.dlfo_link_map;
  g_loader.executable_start = found.dlfo_link_map->l_addr + start;
  g_loader.executable_end = found.dlfo_link_map->l_addr + end;
}

}  // namespace

bool find_loader() {
  g_loader.find_object =
      reinterpret_cast<decltype(g_loader.find_object)>(dlsym(RTLD_DEFAULT, "_dl_find_object"));
  const auto* stack_end =
      static_cast<const std::uint64_t*>(dlsym(RTLD_DEFAULT, "__libc_stack_end"));
  // Which of them the loader holds, and which libc, differs from glibc to glibc; this one has
  // always been the loader's.
  g_loader.code = reinterpret_cast<std::uint64_t>(dlsym(RTLD_DEFAULT, "__tls_get_addr"));
  if (stack_end != nullptr) g_loader.first_stack_end = *stack_end;
  const auto* single = static_cast<const bool*>(dlsym(RTLD_DEFAULT, "__libc_single_threaded"));
  if (single != nullptr) g_loader.is_single_threaded = single;
  if (g_loader.find_object == nullptr || stack_end == nullptr) return false;
  find_executable();
  return true;
}

const link_map* find_shim() {
  dl_find_object shim;
  return g_loader.find_object(&g_loader, &shim) == 0 ? shim.dlfo_link_map : nullptr;
}

bool hooks_are_called() {
  void* const found = dlsym(RTLD_DEFAULT, "malloc");
  dl_find_object first;
  if (g_loader.find_object(found, &first) != 0) return false;
  if (first.dlfo_link_map == find_shim()) return true;
  // An executable at a fixed address that takes the address of malloc has an entry for it, which
  // is what the name then stands for everywhere, and which calls the first definition.
  Dl_info info;
  void* symbol = nullptr;
  return dladdr1(found, &info, &symbol, RTLD_DL_SYMENT) != 0 && symbol != nullptr &&
         static_cast<const ElfW(Sym)*>(symbol)->st_shndx == SHN_UNDEF;
}

void initialise_libc(int argument_count, char** arguments, char** environment) {
  if (environ != nullptr) return;
  dl_find_object libc;
  if (g_loader.find_object(reinterpret_cast<void*>(&dlopen), &libc) != 0) return;
  const link_map* map = libc.dlfo_link_map;
  using Initialiser = void (*)(int, char**, char**);
  const Initialiser* functions = nullptr;
  std::size_t count = 0;
  for (const ElfW(Dyn)* entry = map->l_ld; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_INIT_ARRAY) {
      functions = reinterpret_cast<const Initialiser*>(map->l_addr + entry->d_un.d_ptr);
    }
    if (entry->d_tag == DT_INIT_ARRAYSZ) count = entry->d_un.d_val / sizeof(Initialiser);
  }
  if (functions == nullptr) return;
  for (std::size_t i = 0; i < count; ++i) functions[i](argument_count, arguments, environment);
}

}  // namespace heaptally::preload
