#include "preload/libunwind.h"

#include <dlfcn.h>

#include "preload/libunwind_accessors.h"
#include "preload/libunwind_api.h"

namespace heaptally::preload {

LibunwindApi g_libunwind;
unw_addr_space_t g_libunwind_space;

namespace {

constexpr char kLibrary[] = "libunwind-x86_64.so.8";

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace

bool load_libunwind() {
  void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return false;
  const bool found =
      find(library, "_Ux86_64_create_addr_space", g_libunwind.create_addr_space) &&
      find(library, "_Ux86_64_set_caching_policy", g_libunwind.set_caching_policy) &&
      find(library, "_Ux86_64_init_remote", g_libunwind.init_remote) &&
      find(library, "_Ux86_64_step", g_libunwind.step) &&
      find(library, "_Ux86_64_get_reg", g_libunwind.get_reg) &&
      find(library, "_Ux86_64_get_save_loc", g_libunwind.get_save_loc) &&
      find(library, "_Ux86_64_dwarf_search_unwind_table", g_libunwind.search_unwind_table);
  if (!found) return false;
  g_libunwind_space = g_libunwind.create_addr_space(&g_libunwind_accessors, 0);
  if (g_libunwind_space == nullptr) return false;
  g_libunwind.set_caching_policy(g_libunwind_space, UNW_CACHE_NONE);
  return true;
}

}  // namespace heaptally::preload
