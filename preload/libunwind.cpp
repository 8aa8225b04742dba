#include "preload/libunwind.h"

#include <dlfcn.h>
#include <fcntl.h>

#include "preload/arch.h"
#include "preload/libunwind_accessors.h"
#include "preload/libunwind_api.h"
#include "preload/system.h"

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

// The two descriptors that a pipe would get now.
struct NextPipe {
  int ends[2] = {-1, -1};
  NextPipe() {
    if (raw_syscall(SYS_pipe2, reinterpret_cast<long>(ends), 0) != 0) return;
    close_both();
  }
  bool is_open() const { return raw_syscall(SYS_fcntl, ends[1], F_GETFD) >= 0; }
  void close_both() const {
    raw_syscall(SYS_close, ends[0]);
    raw_syscall(SYS_close, ends[1]);
  }
};

// And derives a rule, whichever: what libunwind sets up at its first use is then done.
bool open_space() {
  g_libunwind_space = g_libunwind.create_addr_space(&g_libunwind_accessors, 0);
  if (g_libunwind_space == nullptr) return false;
  g_libunwind.set_caching_policy(g_libunwind_space, UNW_CACHE_NONE);
  derive_rule(reinterpret_cast<std::uint64_t>(&open_space) + 1, true);
  return true;
}

}  // namespace

bool load_libunwind() {
  void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return false;
  return find(library, "_Ux86_64_create_addr_space", g_libunwind.create_addr_space) &&
         find(library, "_Ux86_64_set_caching_policy", g_libunwind.set_caching_policy) &&
         find(library, "_Ux86_64_init_remote", g_libunwind.init_remote) &&
         find(library, "_Ux86_64_step", g_libunwind.step) &&
         find(library, "_Ux86_64_get_reg", g_libunwind.get_reg) &&
         find(library, "_Ux86_64_get_save_loc", g_libunwind.get_save_loc) &&
         find(library, "_Ux86_64_dwarf_search_unwind_table", g_libunwind.search_unwind_table);
}

// libunwind opens a pipe for checks of its own that our accessors make needless. The program is
// to see no descriptor of ours.
bool set_up_libunwind() {
  const NextPipe next_pipe;
  const bool is_set_up = open_space();
  if (next_pipe.is_open()) next_pipe.close_both();
  return is_set_up;
}

}  // namespace heaptally::preload
