// Every hook of the allocator. Each calls the real allocator and has the event recorded;
// what recording means is behind preload/recorder.h.
//
// Order matters: a free is recorded before the real call and an allocation after it,
// so that whoever gets the address next is recorded later. The functions here keep a
// frame pointer (see CMakeLists.txt): recorder.h unwinds from their frame.
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "preload/hook.h"
#include "preload/real_allocator.h"
#include "preload/recorder.h"
#include "preload/thread.h"

// The real function, called so that what it calls in turn is not recorded.
#define HEAPTALLY_REAL(function, ...) (RealCall(HEAPTALLY_HOOK_FRAME), g_real.function(__VA_ARGS__))

using namespace heaptally::preload;

namespace {

constexpr std::size_t kBootstrapAlignment = 16;

inline bool have_real_allocator() {
  if (!real_allocator_is_known()) [[unlikely]]
    resolve_real_allocator();
  return real_allocator_is_known();
}

// What every realloc-like hook does; `frame` is the hook's own.
inline void* reallocate(void* block, std::size_t size, const void* frame) {
  if (!have_real_allocator() || is_bootstrap(block)) {
    void* moved = have_real_allocator() ? HEAPTALLY_REAL(malloc, size)
                                        : bootstrap_allocate(size, kBootstrapAlignment);
    if (moved != nullptr && block != nullptr) copy_bootstrap(moved, block, size);
    if (moved != nullptr && !is_bootstrap(moved)) record_allocation(moved, size, frame);
    return moved;
  }
  if (block == nullptr) {
    void* fresh = HEAPTALLY_REAL(realloc, nullptr, size);
    if (fresh != nullptr) record_allocation(fresh, size, frame);
    return fresh;
  }
  ReallocationRecord record(block, size, frame);
  void* moved = HEAPTALLY_REAL(realloc, block, size);
  // With size 0 a null result means that the block was freed; otherwise that nothing happened.
  record.finish(moved, moved != nullptr || size == 0);
  return moved;
}

}  // namespace

HEAPTALLY_HOOK void* malloc(std::size_t size) {
  if (!have_real_allocator()) [[unlikely]]
    return bootstrap_allocate(size, kBootstrapAlignment);
  void* block = HEAPTALLY_REAL(malloc, size);
  if (block != nullptr) record_allocation(block, size, HEAPTALLY_HOOK_FRAME);
  return block;
}

HEAPTALLY_HOOK void* calloc(std::size_t count, std::size_t size) {
  // The arena is static memory and never reused: it is zero already.
  if (!have_real_allocator()) [[unlikely]]
    return bootstrap_allocate(count * size, kBootstrapAlignment);
  void* block = HEAPTALLY_REAL(calloc, count, size);
  if (block != nullptr) record_allocation(block, count * size, HEAPTALLY_HOOK_FRAME);
  return block;
}

HEAPTALLY_HOOK void* realloc(void* block, std::size_t size) {
  return reallocate(block, size, HEAPTALLY_HOOK_FRAME);
}

// Not through the real reallocarray, which calls realloc: it would be recorded twice.
HEAPTALLY_HOOK void* reallocarray(void* block, std::size_t count, std::size_t size) {
  std::size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return reallocate(block, bytes, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK void free(void* block) {
  if (block == nullptr || is_bootstrap(block)) return;
  record_free(block, __builtin_return_address(0), HEAPTALLY_HOOK_FRAME);
  if (have_real_allocator()) HEAPTALLY_REAL(free, block);
}

HEAPTALLY_HOOK void cfree(void* block) {
  if (block == nullptr || is_bootstrap(block)) return;
  record_free(block, __builtin_return_address(0), HEAPTALLY_HOOK_FRAME);
  if (have_real_allocator()) HEAPTALLY_REAL(free, block);
}

// C23: the size is a promise of the caller that glibc 2.36 has no use for.
HEAPTALLY_HOOK void free_sized(void* block, std::size_t) {
  if (block == nullptr || is_bootstrap(block)) return;
  record_free(block, __builtin_return_address(0), HEAPTALLY_HOOK_FRAME);
  if (have_real_allocator()) HEAPTALLY_REAL(free, block);
}

HEAPTALLY_HOOK void free_aligned_sized(void* block, std::size_t, std::size_t) {
  if (block == nullptr || is_bootstrap(block)) return;
  record_free(block, __builtin_return_address(0), HEAPTALLY_HOOK_FRAME);
  if (have_real_allocator()) HEAPTALLY_REAL(free, block);
}

HEAPTALLY_HOOK int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  if (!have_real_allocator()) [[unlikely]] {
    *result = bootstrap_allocate(size, alignment);
    return *result != nullptr ? 0 : ENOMEM;
  }
  const int status = HEAPTALLY_REAL(posix_memalign, result, alignment, size);
  if (status == 0 && *result != nullptr) record_allocation(*result, size, HEAPTALLY_HOOK_FRAME);
  return status;
}

HEAPTALLY_HOOK void* aligned_alloc(std::size_t alignment, std::size_t size) {
  if (!have_real_allocator()) [[unlikely]]
    return bootstrap_allocate(size, alignment);
  void* block = HEAPTALLY_REAL(aligned_alloc, alignment, size);
  if (block != nullptr) record_allocation(block, size, HEAPTALLY_HOOK_FRAME);
  return block;
}

HEAPTALLY_HOOK void* memalign(std::size_t alignment, std::size_t size) {
  if (!have_real_allocator()) [[unlikely]]
    return bootstrap_allocate(size, alignment);
  void* block = HEAPTALLY_REAL(memalign, alignment, size);
  if (block != nullptr) record_allocation(block, size, HEAPTALLY_HOOK_FRAME);
  return block;
}

HEAPTALLY_HOOK void* valloc(std::size_t size) {
  if (!have_real_allocator()) [[unlikely]]
    return bootstrap_allocate(size, 4096);
  void* block = HEAPTALLY_REAL(valloc, size);
  if (block != nullptr) record_allocation(block, size, HEAPTALLY_HOOK_FRAME);
  return block;
}

HEAPTALLY_HOOK void* pvalloc(std::size_t size) {
  if (!have_real_allocator()) [[unlikely]]
    return bootstrap_allocate(size, 4096);
  void* block = HEAPTALLY_REAL(pvalloc, size);
  if (block != nullptr) record_allocation(block, size, HEAPTALLY_HOOK_FRAME);
  return block;
}

HEAPTALLY_HOOK std::size_t malloc_usable_size(void* block) {
  if (block == nullptr) return 0;
  if (is_bootstrap(block)) return bootstrap_size(block);
  return have_real_allocator() ? g_real.malloc_usable_size(block) : 0;
}

// For libc_symbols.cpp: the hooks themselves, whatever their usual names stand for.
#define HEAPTALLY_NAME_HOOK(function)                                          \
  asm(".globl heaptally_hook_" #function "\n.hidden heaptally_hook_" #function \
      "\n.set heaptally_hook_" #function ", " #function)
HEAPTALLY_NAME_HOOK(malloc);
HEAPTALLY_NAME_HOOK(free);
HEAPTALLY_NAME_HOOK(calloc);
HEAPTALLY_NAME_HOOK(realloc);
HEAPTALLY_NAME_HOOK(reallocarray);
HEAPTALLY_NAME_HOOK(posix_memalign);
HEAPTALLY_NAME_HOOK(aligned_alloc);
HEAPTALLY_NAME_HOOK(memalign);
HEAPTALLY_NAME_HOOK(valloc);
HEAPTALLY_NAME_HOOK(pvalloc);
HEAPTALLY_NAME_HOOK(malloc_usable_size);
