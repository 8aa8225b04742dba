/* A program's own books: what it allocated and freed itself, for the recording to agree with.
   Printing goes past stdio, whose buffer would be an allocation of the program's. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static long long g_allocations, g_bytes, g_live, g_live_bytes;

/* From any thread. */
static inline void add(long long* sum, long long amount) {
  __atomic_fetch_add(sum, amount, __ATOMIC_RELAXED);
}

/* Enters a block that the caller has just got; all failures end the program. */
static inline void* book(void* block, size_t size) {
  if (block == NULL) {
    dprintf(2, "no memory for %zu bytes\n", size);
    _Exit(3);
  }
  add(&g_allocations, 1);
  add(&g_bytes, (long long)size);
  add(&g_live, 1);
  add(&g_live_bytes, (long long)size);
  return block;
}

/* Strikes out a block that the caller is about to free. */
static inline void* strike(void* block, size_t size) {
  add(&g_live, -1);
  add(&g_live_bytes, -(long long)size);
  return block;
}

static inline void report_books(void) {
  dprintf(1, "allocations=%lld\nbytes=%lld\nlive=%lld\nlive_bytes=%lld\n", g_allocations, g_bytes,
          g_live, g_live_bytes);
}

/* Ends the program where `condition` does not hold. */
#define REQUIRE(condition)                                       \
  do {                                                           \
    if (!(condition)) {                                          \
      dprintf(2, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      _Exit(4);                                                  \
    }                                                            \
  } while (0)
