#include "preload/real_allocator.h"

#include <cstdint>
#include <cstring>

#include "preload/early_log.h"
#include "preload/hook.h"

namespace heaptally::preload {

RealAllocator g_real;
alignas(64) char g_bootstrap_arena[kBootstrapBytes];

namespace {

// Each block has its size in the 16 bytes before it.
constexpr std::size_t kPrefix = 16;

std::size_t g_arena_used = 0;

// Points to itself once the loader has relocated the shim.
const volatile void* volatile g_self = &g_self;

// Before that only code and data of the shim's own can be used: a call of another library's
// function, thread-local storage or errno would go through tables that are not filled in yet.
bool is_relocated() { return g_self == &g_self; }

}  // namespace

void resolve_real_allocator() {
  static bool resolving = false;
  if (resolving || !is_relocated()) return;
  resolving = true;
  RealAllocator found = {};
  resolve_next(found.malloc, "malloc");
  resolve_next(found.free, "free");
  resolve_next(found.calloc, "calloc");
  resolve_next(found.realloc, "realloc");
  resolve_next(found.posix_memalign, "posix_memalign");
  resolve_next(found.aligned_alloc, "aligned_alloc");
  resolve_next(found.memalign, "memalign");
  resolve_next(found.valloc, "valloc");
  resolve_next(found.pvalloc, "pvalloc");
  resolve_next(found.malloc_usable_size, "malloc_usable_size");
  g_real = found;
  resolving = false;
}

void* bootstrap_allocate(std::size_t size, std::size_t alignment) {
  if (alignment < kPrefix) alignment = kPrefix;
  const auto base = reinterpret_cast<std::uintptr_t>(g_bootstrap_arena);
  const std::uintptr_t block = (base + g_arena_used + kPrefix + alignment - 1) & ~(alignment - 1);
  const std::size_t begin = block - base;
  if (begin > kBootstrapBytes || size > kBootstrapBytes - begin) return nullptr;
  g_arena_used = begin + size;
  if (!is_relocated()) g_early_log.note_lost();
  std::memcpy(g_bootstrap_arena + begin - sizeof(size), &size, sizeof(size));
  return g_bootstrap_arena + begin;
}

void copy_bootstrap(void* to, const void* block, std::size_t size) {
  const std::size_t old = bootstrap_size(block);
  auto* target = static_cast<volatile char*>(to);
  const auto* source = static_cast<const char*>(block);
  for (std::size_t i = 0; i < old && i < size; ++i) target[i] = source[i];
}

std::size_t bootstrap_size(const void* block) {
  std::size_t size;
  std::memcpy(&size, static_cast<const char*>(block) - sizeof(size), sizeof(size));
  return size;
}

}  // namespace heaptally::preload
