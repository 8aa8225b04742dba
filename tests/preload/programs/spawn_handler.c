/* A handler of SIGCHLD that looks for the child where posix_spawn was told to put it. */
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "books.h"

extern char** environ;

enum { kSpawned = 200 };

static volatile pid_t g_child;
static volatile sig_atomic_t g_wrong, g_seen;

static void on_end(int signal, siginfo_t* info, void* context) {
  (void)signal, (void)context;
  g_wrong += info->si_pid != g_child;
  ++g_seen;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_end, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGCHLD, &action, NULL);
  char* arguments[] = {(char*)"true", NULL};
  for (int i = 0; i < kSpawned; ++i) {
    g_child = 0;
    REQUIRE(posix_spawn((pid_t*)&g_child, "/bin/true", NULL, NULL, arguments, environ) == 0);
    while (g_seen <= i) usleep(100);
    REQUIRE(waitpid(g_child, NULL, 0) == g_child);
  }
  dprintf(1, "spawned=%d\nwrong=%d\n", kSpawned, (int)g_wrong);
  return 0;
}
