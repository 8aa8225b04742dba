/* Forks by the bare system call in a signal handler that strikes anywhere, in hooks too. */
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "books.h"

enum { kForks = 200 };

static volatile sig_atomic_t g_forks, g_is_child;

static void on_alarm(int signal) {
  (void)signal;
  if (g_forks >= kForks || g_is_child) return;
  if (syscall(SYS_fork) == 0) {
    g_is_child = 1;
  } else {
    ++g_forks;
  }
}

int main(void) {
  signal(SIGALRM, on_alarm);
  const struct itimerval timer = {{0, 777}, {0, 777}};
  setitimer(ITIMER_REAL, &timer, NULL);
  for (int i = 0; g_forks < kForks && !g_is_child; ++i) {
    void* block = book(malloc(16), 16);
    block = realloc(block, 4000 + (size_t)(i % 2) * 10000);
    add(&g_allocations, 1);
    free(block);
  }
  if (g_is_child) {
    for (int i = 0; i < 3; ++i) free(malloc(16));
    _exit(0);
  }
  while (wait(NULL) > 0) {
  }
  dprintf(1, "allocations=%lld\nforks=%d\n", g_allocations, (int)g_forks);
  return 0;
}
