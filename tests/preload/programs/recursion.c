/* Recursion to a depth, on a stack that is large enough.
   Usage: recursion DEPTH ALLOCATIONS: so many at the bottom, and one each 1000 levels. */
#include <pthread.h>
#include <sys/mman.h>

#include "books.h"

static int g_depth, g_rounds;

static int odd(int level);

__attribute__((noinline)) static int even(int level) {
  volatile char frame[16];
  frame[0] = 1;
  if (level == 0) {
    for (int i = 0; i < g_rounds; ++i) free(strike(book(malloc(70), 70), 70));
    return frame[0];
  }
  return odd(level - 1) + frame[0];
}

__attribute__((noinline)) static int odd(int level) {
  volatile char frame[80];
  frame[0] = 1;
  if (level % 1000 == 999) free(strike(book(malloc(80), 80), 80));
  return (level == 0 ? even(0) : even(level - 1)) + frame[0];
}

static void* recurse(void* unused) {
  REQUIRE(even(g_depth) > g_depth / 2);
  return unused;
}

int main(int argc, char** argv) {
  REQUIRE(argc == 3);
  g_depth = atoi(argv[1]);
  g_rounds = atoi(argv[2]);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  REQUIRE(pthread_attr_setstacksize(&attributes, 256u << 20) == 0);
  pthread_t thread;
  REQUIRE(pthread_create(&thread, &attributes, recurse, NULL) == 0);
  REQUIRE(pthread_join(thread, NULL) == 0);
  report_books();
  return 0;
}
