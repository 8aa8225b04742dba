/* A handler on the stack of signals allocates, and is interrupted by another handler on it. The
   kernel goes by the stack pointer: whoever leaves that stack meanwhile, to run on a private one,
   has the second handler start at its top again, over the frames of the first. */
#include <signal.h>
#include <string.h>
#include <time.h>

#include "books.h"

enum { kStack = 256 * 1024, kRounds = 20000, kUsed = 8000 };

static volatile sig_atomic_t g_interruptions;

static void interrupt(int signal) {
  (void)signal;
  volatile char frame[kUsed];
  memset((char*)frame, 'x', sizeof(frame));
  ++g_interruptions;
}

static void allocate_in_handler(int signal) {
  (void)signal;
  volatile char kept[kUsed];
  memset((char*)kept, 'k', sizeof(kept));
  for (int i = 0; i < kRounds; ++i) {
    free(strike(book(malloc(64), 64), 64));
    for (int k = 0; k < kUsed; k += 64) REQUIRE(kept[k] == 'k');
  }
}

static void handle(int signal, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK | SA_RESTART};
  REQUIRE(sigaction(signal, &action, NULL) == 0);
}

int main(void) {
  static char stack[kStack];
  const stack_t other = {.ss_sp = stack, .ss_size = kStack};
  REQUIRE(sigaltstack(&other, NULL) == 0);
  handle(SIGUSR1, allocate_in_handler);
  handle(SIGPROF, interrupt);
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF};
  REQUIRE(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  const struct itimerspec often = {{0, 200000}, {0, 200000}};
  REQUIRE(timer_settime(timer, 0, &often, NULL) == 0);
  raise(SIGUSR1);
  timer_delete(timer);
  report_books();
  dprintf(1, "interruptions=%d\n", (int)g_interruptions);
  return 0;
}
