/* Allocations where there is hardly any stack: the smallest threads there can be, and signal
   handlers on the smallest stack of their own. */
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "books.h"

static const int kThreads = 20;
static const int kRounds = 100;

static void* allocate_a_lot(void* unused) {
  for (int i = 0; i < kRounds; ++i) {
    void* block = book(malloc(24), 24);
    block = book(realloc(strike(block, 24), 48), 48);
    free(strike(block, 48));
  }
  return unused;
}

static void run_threads(size_t stack_size) {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, stack_size) == 0);
  for (int i = 0; i < kThreads; ++i) {
    pthread_t thread;
    REQUIRE(pthread_create(&thread, &attributes, allocate_a_lot, NULL) == 0);
    REQUIRE(pthread_join(thread, NULL) == 0);
  }
  pthread_attr_destroy(&attributes);
}

static void on_signal(int signal) {
  (void)signal;
  allocate_a_lot(NULL);
}

/* The signal is raised, so it interrupts no allocation. */
static void run_handler(void) {
  static char stack[8192] __attribute__((aligned(16)));
  /* The kernel's own frame takes nearly all of the least; a hook wants a little, too. */
  const long least = sysconf(_SC_MINSIGSTKSZ) + 256;
  REQUIRE(least > 0 && (size_t)least <= sizeof(stack));
  const stack_t small = {.ss_sp = stack, .ss_size = (size_t)least};
  REQUIRE(sigaltstack(&small, NULL) == 0);
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
  REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);
  for (int i = 0; i < 10; ++i) raise(SIGUSR1);
}

int main(void) {
  run_threads((size_t)sysconf(_SC_THREAD_STACK_MIN));
  run_threads(16 * 1024);
  run_handler();
  report_books();
  return 0;
}
