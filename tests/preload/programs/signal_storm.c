/* Signal handlers that allocate, arriving thousands of times a second, in the midst of hooks.
   Links steady_allocator, which allows that.
   Usage: signal_storm [onstack] [jump] [slow]; with `jump` some handlers leave by siglongjmp;
   `slow` is for a shim that needs longer for an event than there is between two signals. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "books.h"

static _Atomic long long g_handler_allocations, g_jumps;
static __thread sigjmp_buf t_out;
static __thread volatile sig_atomic_t t_may_jump;
static int g_jump;

static long g_rounds = 200000;

static void on_timer(int signal) {
  (void)signal;
  void* block = malloc(100);  // handler
  REQUIRE(block != NULL);
  g_handler_allocations++;
  free(block);
  if (t_may_jump && g_handler_allocations % 7 == 0) {
    g_jumps++;
    siglongjmp(t_out, 1);
  }
}

/* Deeper than where it is called from: hooks that a jump has left may lie above. */
__attribute__((noinline)) static void allocate_deeper(int depth, long* done) {
  if (depth > 0) {
    allocate_deeper(depth - 1, done);
    __asm__ volatile("" ::: "memory");
    return;
  }
  for (int i = 0; i < 100; ++i) {
    void* block = malloc(16);  // main
    block = realloc(block, 32);
    REQUIRE(block != NULL);
    ++*done;
    free(block);
  }
}

static long storm(void) {
  static __thread long done;
  for (done = 0; done < g_rounds;) {
    if (sigsetjmp(t_out, 1) == 0) {
      t_may_jump = g_jump;
      allocate_deeper((int)(done / 100 % 20), &done);
    }
    t_may_jump = 0;
  }
  return done;
}

static void* storm_in_thread(void* result) {
  static __thread char stack[64 * 1024];
  const stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};
  sigaltstack(&own, NULL);
  *(long*)result = storm();
  return NULL;
}

int main(int argc, char** argv) {
  int flags = SA_RESTART;
  long period = 50000; /* nanoseconds */
  for (int i = 1; i < argc; ++i) {
    if (strcmp(argv[i], "onstack") == 0) flags |= SA_ONSTACK;
    if (strcmp(argv[i], "jump") == 0) g_jump = 1;
    if (strcmp(argv[i], "slow") == 0) {
      g_rounds = 3000;
      period = 3000000;
    }
  }
  struct sigaction action = {.sa_handler = on_timer, .sa_flags = flags};
  REQUIRE(sigaction(SIGPROF, &action, NULL) == 0);
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF};
  REQUIRE(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  const struct itimerspec very_often = {{0, period}, {0, period}};
  REQUIRE(timer_settime(timer, 0, &very_often, NULL) == 0);

  long in_threads[2] = {0, 0}, in_main = 0;
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) {
    REQUIRE(pthread_create(&threads[i], NULL, storm_in_thread, &in_threads[i]) == 0);
  }
  storm_in_thread(&in_main);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  timer_delete(timer);

  /* All that was done by handlers is over: from here on everything must be recorded as usual. */
  for (int i = 0; i < 1000; ++i) free(strike(book(malloc(4321), 4321), 4321));  // after
  dprintf(1, "main=%ld\nhandlers=%lld\njumps=%lld\n", in_main + in_threads[0] + in_threads[1],
          g_handler_allocations, g_jumps);
  return 0;
}
