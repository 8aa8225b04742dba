/* An allocator whose functions may be called from signal handlers, and which uses blocks again.
   Each class of sizes has a list that is looked into only if nobody else does, the interrupted
   function included: else a fresh block is taken, and a freed one is left lying. */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { kHeader = 16, kClasses = 40, kLeastBits = 5 };

/* Before each block: where its room begins, and the class of that. */
struct block_header {
  uint64_t size;
  uint32_t offset;
  uint32_t room_class;
};

struct free_room {
  struct free_room* next;
};

static struct {
  atomic_flag is_busy;
  struct free_room* first;
} g_lists[kClasses];

static const size_t kArena = (size_t)64 << 30;
static _Atomic(char*) g_arena;
static _Atomic size_t g_used;

static char* arena(void) {
  char* begin = atomic_load(&g_arena);
  if (begin != NULL) return begin;
  void* mapped = mmap(NULL, kArena, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) return NULL;
  char* expected = NULL;
  if (atomic_compare_exchange_strong(&g_arena, &expected, mapped)) return mapped;
  munmap(mapped, kArena);
  return expected;
}

static void* pop(uint32_t room_class) {
  if (atomic_flag_test_and_set(&g_lists[room_class].is_busy)) return NULL;
  struct free_room* room = g_lists[room_class].first;
  if (room != NULL) g_lists[room_class].first = room->next;
  atomic_flag_clear(&g_lists[room_class].is_busy);
  return room;
}

static void* fresh(size_t bytes) {
  char* begin = arena();
  if (begin == NULL) return NULL;
  const size_t offset = atomic_fetch_add(&g_used, bytes);
  return offset + bytes <= kArena ? begin + offset : NULL;
}

static void* take(size_t alignment, size_t size) {
  if (alignment < 16) alignment = 16;
  uint32_t room_class = 0;
  if (size < kArena) {
    while (((size_t)1 << (room_class + kLeastBits)) < size + alignment + kHeader) ++room_class;
  }
  char* room = size < kArena && room_class < kClasses ? pop(room_class) : NULL;
  if (room == NULL && size < kArena) room = fresh((size_t)1 << (room_class + kLeastBits));
  if (room == NULL) {
    errno = ENOMEM;
    return NULL;
  }
  char* block = (char*)(((uintptr_t)room + kHeader + alignment - 1) & ~(alignment - 1));
  struct block_header* header = (struct block_header*)(block - kHeader);
  header->size = size;
  header->offset = (uint32_t)(block - room);
  header->room_class = room_class;
  return block;
}

void* malloc(size_t size) { return take(16, size); }

void free(void* block) {
  if (block == NULL) return;
  const struct block_header header = *(struct block_header*)((char*)block - kHeader);
  struct free_room* room = (struct free_room*)((char*)block - header.offset);
  if (atomic_flag_test_and_set(&g_lists[header.room_class].is_busy)) return;
  room->next = g_lists[header.room_class].first;
  g_lists[header.room_class].first = room;
  atomic_flag_clear(&g_lists[header.room_class].is_busy);
}

size_t malloc_usable_size(void* block) {
  return block == NULL ? 0 : ((struct block_header*)((char*)block - kHeader))->size;
}

void* calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return NULL;
  }
  void* block = take(16, bytes);
  return block == NULL ? NULL : memset(block, 0, bytes);
}

void* realloc(void* block, size_t size) {
  void* moved = take(16, size);
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
