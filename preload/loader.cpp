#include "preload/loader.h"

#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

namespace heaptally::preload {

Loader g_loader;

bool find_loader() {
  g_loader.find_object =
      reinterpret_cast<decltype(g_loader.find_object)>(dlsym(RTLD_DEFAULT, "_dl_find_object"));
  const auto* stack_end =
      static_cast<const std::uint64_t*>(dlsym(RTLD_DEFAULT, "__libc_stack_end"));
  // Which of them the loader holds, and which libc, differs from glibc to glibc; this one has
  // always been the loader's.
  g_loader.code = reinterpret_cast<std::uint64_t>(dlsym(RTLD_DEFAULT, "__tls_get_addr"));
  if (stack_end != nullptr) g_loader.first_stack_end = *stack_end;
  return g_loader.find_object != nullptr && stack_end != nullptr;
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
