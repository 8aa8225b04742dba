/* Every way to another process. The parent's own allocations must stay exact, no child may
   hang, and children work as they do alone.
   Usage: processes [exec]; with `exec` it becomes itself again, once. */
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "books.h"

extern char** environ;

static const int kForks = 40;

static int wait_for(pid_t pid) {
  int status = -1;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void* work(void* unused) {
  void* blocks[100];
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 100; ++i) blocks[i] = malloc((size_t)(i + 1) * 8);  // child
    for (int i = 0; i < 100; ++i) free(realloc(blocks[i], 4000));
  }
  return unused;
}

/* What a forked child does: with the parent's other threads in the midst of anything. */
static void live_as_child(void* inherited) {
  free(inherited);
  work(NULL);
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i) {
    if (pthread_create(&threads[i], NULL, work, NULL) != 0) _exit(1);
  }
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  const pid_t grandchild = fork();
  if (grandchild == 0) {
    work(NULL);
    _exit(0);
  }
  _exit(wait_for(grandchild));
}

static void fork_in_all_ways(void) {
  for (int i = 0; i < kForks; ++i) {
    void* inherited = book(malloc(77), 77);
    const pid_t pid = i % 4 == 3 ? (pid_t)syscall(SYS_fork) : fork();
    if (pid == 0) {
      if (i % 4 == 3) {
        work(NULL); /* after a raw fork libc knows nothing: no threads */
        _exit(0);
      }
      live_as_child(inherited);
    }
    free(strike(inherited, 77));
    REQUIRE(wait_for(pid) == 0);
  }
}

static void share_memory(void) {
  for (int i = 0; i < 5; ++i) {
    const pid_t pid = vfork();
    if (pid == 0) {
      execl("/bin/true", "true", (char*)NULL);
      _exit(127);
    }
    REQUIRE(wait_for(pid) == 0);
    char* arguments[] = {(char*)"true", NULL};
    pid_t spawned;
    REQUIRE(posix_spawnp(&spawned, "true", NULL, NULL, arguments, environ) == 0);
    REQUIRE(wait_for(spawned) == 0);
    REQUIRE(system("exit 7") == 7 << 8);
    FILE* pipe = popen("echo hello", "r");
    char line[16] = "";
    REQUIRE(pipe != NULL && fgets(line, sizeof(line), pipe) != NULL);
    REQUIRE(strcmp(line, "hello\n") == 0 && pclose(pipe) == 0);
    free(strike(book(malloc(78), 78), 78));
  }
}

/* A thread whose first allocation happens in a vfork child: the child is gone soon, and the
   thread lives on. */
static void* first_in_vfork(void* unused) {
  const pid_t pid = vfork();
  if (pid == 0) {
    free(malloc(10));  // vfork child
    _exit(0);
  }
  REQUIRE(wait_for(pid) == 0);
  for (int i = 0; i < 20000; ++i) free(strike(book(malloc(79), 79), 79));
  return unused;
}

static void run_together(void* (*function)(void*), int count) {
  pthread_t threads[8];
  for (int i = 0; i < count; ++i) {
    REQUIRE(pthread_create(&threads[i], NULL, function, NULL) == 0);
  }
  for (int i = 0; i < count; ++i) REQUIRE(pthread_join(threads[i], NULL) == 0);
}

static _Atomic int g_stop;
static void* allocate_meanwhile(void* unused) {
  while (!g_stop) free(strike(book(malloc(80), 80), 80));
  return unused;
}

static _Atomic int g_handled;
static void handle_fork(void) {
  free(malloc(81));  // at fork
  g_handled++;
}

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "exec") == 0) {
    book(malloc(1111), 1111);  // before exec
    execl("/proc/self/exe", argv[0], "again", (char*)NULL);
    return 1;
  }
  REQUIRE(pthread_atfork(handle_fork, handle_fork, handle_fork) == 0);
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) {
    REQUIRE(pthread_create(&threads[i], NULL, allocate_meanwhile, NULL) == 0);
  }
  fork_in_all_ways();
  share_memory();
  g_stop = 1;
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  run_together(first_in_vfork, 8);
  report_books();
  dprintf(1, "at_fork=%d\n", g_handled);
  return 0;
}
