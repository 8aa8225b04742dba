/* Runs PROGRAM and writes to FILE what it took until it exited: a profiler that runs on to finish
   its recording is not counted. Linked statically, so that what is preloaded begins with PROGRAM.
   Usage: timed FILE PROGRAM [ARGUMENT]...
   FILE: start and end (CLOCK_MONOTONIC, ns), user and system time (us), peak RSS (kB), status. */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char** environ;

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static long long microseconds(struct timeval time) {
  return time.tv_sec * 1000000ll + time.tv_usec;
}

int main(int argc, char** argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: timed FILE PROGRAM [ARGUMENT]...\n");
    return 2;
  }
  pid_t program;
  const long long start = now();
  const int error = posix_spawnp(&program, argv[2], NULL, NULL, argv + 2, environ);
  if (error != 0) {
    fprintf(stderr, "timed: %s: %s\n", argv[2], strerror(error));
    return 1;
  }
  int how;
  struct rusage used;
  while (wait4(program, &how, 0, &used) < 0) {
    if (errno != EINTR) return 1;
  }
  const long long end = now();
  const int status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
  FILE* file = fopen(argv[1], "w");
  if (file == NULL) {
    fprintf(stderr, "timed: %s: %s\n", argv[1], strerror(errno));
    return 1;
  }
  fprintf(file, "%lld %lld %lld %lld %ld %d\n", start, end, microseconds(used.ru_utime),
          microseconds(used.ru_stime), used.ru_maxrss, status);
  return fclose(file) == 0 ? status : 1;
}
