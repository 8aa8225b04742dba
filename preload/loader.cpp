#include "preload/loader.h"

#include <dlfcn.h>

namespace heaptally::preload {

Loader g_loader;

bool find_loader() {
  g_loader.find_object =
      reinterpret_cast<decltype(g_loader.find_object)>(dlsym(RTLD_DEFAULT, "_dl_find_object"));
  const auto* stack_end =
      static_cast<const std::uint64_t*>(dlsym(RTLD_DEFAULT, "__libc_stack_end"));
  if (stack_end != nullptr) g_loader.first_stack_end = *stack_end;
  return g_loader.find_object != nullptr && stack_end != nullptr;
}

}  // namespace heaptally::preload
