// What every file of hooks needs: how a hook is declared, and where the real function is.
#pragma once

#include <dlfcn.h>

#define HEAPTALLY_HOOK extern "C" __attribute__((visibility("default"), noinline))
#define HEAPTALLY_HOOK_FRAME __builtin_frame_address(0)

namespace heaptally::preload {

// The next definition after the shim's own.
template <class Function>
void resolve_next(Function*& slot, const char* name) {
  slot = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace heaptally::preload
