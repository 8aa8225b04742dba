/* PAIRS times malloc and free in each of THREADS threads, called DEPTH frames below main or the
   thread's own function. With LIVE blocks, which the threads share out evenly, each step frees the
   oldest block and allocates a new one; with 0, the default, it frees what it has just allocated.
   Prints nanoseconds a pair, on average over the threads. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { kMaxThreads = 64 };

static int g_depth;
static long g_pairs, g_live;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static size_t size_of(long i) { return (size_t)(i % 64) + 1; }

static void pairs(void) {
  for (long i = 0; i < g_pairs; ++i) {
    void* volatile block = malloc(size_of(i));
    free(block);
  }
}

static void replace_oldest(void** blocks) {
  for (long i = 0, at = 0; i < g_pairs; ++i) {
    free(blocks[at]);
    blocks[at] = malloc(size_of(i));
    if (++at == g_live) at = 0;
  }
  for (long i = 0; i < g_live; ++i) free(blocks[i]);
}

static double loop(void** blocks) {
  const double begin = now();
  if (g_live == 0) {
    pairs();
  } else {
    replace_oldest(blocks);
  }
  return (now() - begin) / (double)g_pairs;
}

__attribute__((noinline, noclone)) static double descend(int depth, void** blocks) {
  if (depth <= 2) return loop(blocks);
  const double result = descend(depth - 1, blocks);
  __asm__ volatile("" ::: "memory"); /* not a tail call */
  return result;
}

static void* run(void* result) {
  void** blocks = g_live == 0 ? NULL : calloc((size_t)g_live, sizeof(void*));
  *(double*)result = descend(g_depth, blocks);
  free(blocks);
  return NULL;
}

int main(int argc, char** argv) {
  const int threads = argc > 3 ? atoi(argv[3]) : 1;
  const long live = argc > 4 ? atol(argv[4]) : 0;
  if (argc < 3 || argc > 5 || threads < 1 || threads > kMaxThreads || atol(argv[2]) < 1) {
    fprintf(stderr, "usage: alloc_loop DEPTH PAIRS [THREADS [LIVE]]; at most %d threads\n",
            kMaxThreads);
    return 2;
  }
  g_depth = atoi(argv[1]);
  g_pairs = atol(argv[2]);
  g_live = live == 0 || live >= threads ? live / threads : 1;
  pthread_t others[kMaxThreads];
  double results[kMaxThreads];
  for (int i = 1; i < threads; ++i) {
    if (pthread_create(&others[i], NULL, run, &results[i]) != 0) return 1;
  }
  run(&results[0]);
  double sum = results[0];
  for (int i = 1; i < threads; ++i) {
    pthread_join(others[i], NULL);
    sum += results[i];
  }
  printf("%.1f\n", sum / threads);
  return 0;
}
