// The allocator behind the hooks: the next definition after ours, be it libc's or one
// that the program links or preloads.
#pragma once

#include <cstddef>

namespace heaptally::preload {

struct RealAllocator {
  void* (*malloc)(std::size_t);
  void (*free)(void*);
  void* (*calloc)(std::size_t, std::size_t);
  void* (*realloc)(void*, std::size_t);
  int (*posix_memalign)(void**, std::size_t, std::size_t);
  void* (*aligned_alloc)(std::size_t, std::size_t);
  void* (*memalign)(std::size_t, std::size_t);
  void* (*valloc)(std::size_t);
  void* (*pvalloc)(std::size_t);
  std::size_t (*malloc_usable_size)(void*);
};

// All zero until resolve_real_allocator() has returned.
extern RealAllocator g_real;

// Fills g_real through dlsym(RTLD_NEXT). Called by the first hook that runs, in the
// only thread there is by then. dlsym itself may allocate: those calls find g_real
// empty and are served from the bootstrap arena.
void resolve_real_allocator();

inline bool real_allocator_is_known() { return g_real.malloc_usable_size != nullptr; }

// The bootstrap arena: a few static kilobytes for allocations made while the real
// allocator is looked up, and for those that other libraries make (in resolvers of indirect
// functions) while the loader has not relocated the shim. Never given back, never recorded;
// the latter count as lost.
void* bootstrap_allocate(std::size_t size, std::size_t alignment);
inline constexpr std::size_t kBootstrapBytes = 32 * 1024;
alignas(64) extern char g_bootstrap_arena[kBootstrapBytes];
inline bool is_bootstrap(const void* block) {
  return block >= g_bootstrap_arena && block < g_bootstrap_arena + kBootstrapBytes;
}
std::size_t bootstrap_size(const void* block);
// What of a bootstrap block fits into `size` bytes at `to`. Calls nothing, for it may be early.
void copy_bootstrap(void* to, const void* block, std::size_t size);

}  // namespace heaptally::preload
