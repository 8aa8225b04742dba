/* Every function of the allocation family, in success and in failure. */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <string.h>

#include "books.h"

void free_sized(void* block, size_t size) __attribute__((weak));
void free_aligned_sized(void* block, size_t alignment, size_t size) __attribute__((weak));
void cfree(void* block) __attribute__((weak));

/* Volatile, so that the compiler does not warn of what is meant to fail. */
static volatile size_t g_huge = (size_t)PTRDIFF_MAX - 64;
static volatile size_t g_half = SIZE_MAX / 2;

static void plain(void) {
  free(strike(book(malloc(11), 11), 11));
  book(malloc(0), 0);
  char* zeroed = book(calloc(7, 13), 91);
  for (int i = 0; i < 91; ++i) REQUIRE(zeroed[i] == 0);
  REQUIRE(malloc_usable_size(zeroed) >= 91);
  REQUIRE(malloc_usable_size(NULL) == 0);
  free(strike(zeroed, 91));
  free(NULL);
}

static void reallocations(void) {
  char* block = book(realloc(NULL, 10), 10);
  memcpy(block, "something", 10);
  block = book(realloc(strike(block, 10), 100000), 100000);
  REQUIRE(strcmp(block, "something") == 0);
  block = book(realloc(strike(block, 100000), 20), 20);
  REQUIRE(strcmp(block, "something") == 0);
  block = book(reallocarray(strike(block, 20), 30, 10), 300);
  errno = 0;
  REQUIRE(realloc(block, g_huge) == NULL && errno == ENOMEM);
  errno = 0;
  REQUIRE(reallocarray(block, g_half, 3) == NULL && errno == ENOMEM);
  REQUIRE(strcmp(block, "something") == 0);
  /* glibc: size 0 frees. */
  REQUIRE(realloc(strike(block, 300), 0) == NULL);
  void* empty = book(realloc(NULL, 0), 0);
  free(strike(empty, 0));
}

static void aligned(void) {
  void* block = NULL;
  REQUIRE(posix_memalign(&block, 64, 100) == 0 && (uintptr_t)block % 64 == 0);
  free(strike(book(block, 100), 100));
  block = book(aligned_alloc(256, 512), 512);
  REQUIRE((uintptr_t)block % 256 == 0);
  book(memalign(4096, 33), 33);
  void* page = book(valloc(44), 44);
  REQUIRE((uintptr_t)page % 4096 == 0);
  page = book(pvalloc(55), 55);
  REQUIRE((uintptr_t)page % 4096 == 0 && malloc_usable_size(page) >= 4096);
}

static void ways_to_free(void) {
  void* block = book(malloc(61), 61);
  if (free_sized != NULL) {
    free_sized(strike(block, 61), 61);
  } else {
    free(strike(block, 61));
  }
  block = book(aligned_alloc(64, 64), 64);
  if (free_aligned_sized != NULL) {
    free_aligned_sized(strike(block, 64), 64, 64);
  } else {
    free(strike(block, 64));
  }
  block = book(malloc(62), 62);
  if (cfree != NULL) {
    cfree(strike(block, 62));
  } else {
    free(strike(block, 62));
  }
}

static void failures(void) {
  errno = 0;
  REQUIRE(malloc(g_huge) == NULL && errno == ENOMEM);
  errno = 0;
  REQUIRE(calloc(g_half, 4) == NULL && errno == ENOMEM);
  errno = 0;
  REQUIRE(aligned_alloc(64, g_huge) == NULL && errno == ENOMEM);
  errno = 0;
  REQUIRE(memalign(64, g_huge) == NULL && errno == ENOMEM);
  errno = 0;
  REQUIRE(valloc(g_huge) == NULL && errno == ENOMEM);
  errno = 0;
  REQUIRE(pvalloc(g_huge) == NULL && errno == ENOMEM);
  /* posix_memalign leaves errno and the result alone and returns the error. */
  void* untouched = &errno;
  errno = 77;
  REQUIRE(posix_memalign(&untouched, 64, g_huge) == ENOMEM && untouched == &errno);
  REQUIRE(posix_memalign(&untouched, 3, 10) == EINVAL && untouched == &errno);
  REQUIRE(errno == 77 || errno == ENOMEM);
}

/* A success leaves errno alone, in each function. */
static void errno_in_success(void) {
  errno = 4711;
  void* block = book(malloc(1), 1);
  REQUIRE(errno == 4711);
  block = book(realloc(strike(block, 1), 5000), 5000);
  REQUIRE(errno == 4711);
  free(strike(block, 5000));
  REQUIRE(errno == 4711);
  block = book(calloc(1, 9), 9);
  REQUIRE(errno == 4711);
  block = book(reallocarray(strike(block, 9), 2, 9), 18);
  REQUIRE(errno == 4711);
  REQUIRE(malloc_usable_size(block) >= 18 && errno == 4711);
  free(strike(block, 18));
  block = book(aligned_alloc(32, 32), 32);
  REQUIRE(errno == 4711);
  free(strike(block, 32));
  REQUIRE(errno == 4711);
}

int main(void) {
  plain();
  reallocations();
  aligned();
  ways_to_free();
  failures();
  errno_in_success();
  report_books();
  return 0;
}
