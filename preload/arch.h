// The architecture boundary: a port adds a file beside arch_x86_64.h with the same names.
#pragma once

#if defined(__x86_64__)
#include "preload/arch_x86_64.h"
#else
#error "heaptally's shim has no port to this architecture yet"
#endif
