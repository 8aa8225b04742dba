/* An allocator whose functions may be called from signal handlers: blocks come from a static
   arena by an atomic add and are never used again. Its calloc and realloc call malloc the way
   other libraries do, so that a profiler meets calls from inside the allocator. */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static char g_arena[512 << 20] __attribute__((aligned(64)));
static _Atomic size_t g_used;

static void* take(size_t alignment, size_t size) {
  if (alignment < 16) alignment = 16;
  if (size > sizeof(g_arena) / 2) goto out_of_memory;
  const size_t room = (size + 16 + alignment + 15) & ~(size_t)15;
  const size_t begin = atomic_fetch_add(&g_used, room);
  if (begin + room > sizeof(g_arena)) goto out_of_memory;
  const uintptr_t block = ((uintptr_t)g_arena + begin + 16 + alignment - 1) & ~(alignment - 1);
  ((size_t*)block)[-1] = size;
  return (void*)block;
out_of_memory:
  errno = ENOMEM;
  return NULL;
}

void* malloc(size_t size) { return take(16, size); }
void free(void* block) { (void)block; }
size_t malloc_usable_size(void* block) { return block == NULL ? 0 : ((size_t*)block)[-1]; }

void* calloc(size_t count, size_t size) {
  void* block = malloc(count * size);
  return block == NULL ? NULL : memset(block, 0, count * size);
}

void* realloc(void* block, size_t size) {
  void* moved = malloc(size);
  if (moved == NULL || block == NULL) return moved;
  const size_t old = malloc_usable_size(block);
  memcpy(moved, block, old < size ? old : size);
  free(block);
  return moved;
}

void* memalign(size_t alignment, size_t size) { return take(alignment, size); }
void* aligned_alloc(size_t alignment, size_t size) { return take(alignment, size); }
int posix_memalign(void** result, size_t alignment, size_t size) {
  *result = take(alignment, size);
  return *result == NULL ? ENOMEM : 0;
}
void* valloc(size_t size) { return take(4096, size); }
void* pvalloc(size_t size) { return take(4096, (size + 4095) & ~(size_t)4095); }
