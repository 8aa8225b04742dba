/* PAIRS malloc/free pairs, called DEPTH frames below main. Prints nanoseconds a pair. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double loop(long pairs) {
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (long i = 0; i < pairs; ++i) {
    void* volatile block = malloc((size_t)(i % 64) + 1);
    free(block);
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  return ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) /
         (double)pairs;
}

__attribute__((noinline, noclone)) static double descend(int depth, long pairs) {
  if (depth <= 2) return loop(pairs);
  const double result = descend(depth - 1, pairs);
  __asm__ volatile("" ::: "memory"); /* not a tail call */
  return result;
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: alloc_loop DEPTH PAIRS\n");
    return 2;
  }
  printf("%.1f\n", descend(atoi(argv[1]), atol(argv[2])));
  return 0;
}
