/* What heaptally.h tells a program of itself, next to what the program knows. One argument: what to
 * try. Prints name=number lines. */
#include "heaptally/heaptally.h"

#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kThreads = 6, kRounds = 150 };

static void* volatile kept[8];
static char out[1 << 14];
static size_t base; /* what was live when the trial began */

static void show(const char* name, long value) { printf("%s=%ld\n", name, value); }

/* Above the base; -1 if there is no answer. */
static long current(void) {
  size_t now, peak;
  return heaptally_get_traced_memory(&now, &peak) == 0 ? (long)(now - base) : -1;
}
static long peak(void) {
  size_t now, peak;
  return heaptally_get_traced_memory(&now, &peak) == 0 ? (long)(peak - base) : -1;
}

static void begin(void) {
  size_t now = 0;
  heaptally_get_traced_memory(&now, NULL);
  base = now;
  heaptally_reset_peak();
}

static void memory(void) {
  begin();
  show("nothing", current());
  kept[0] = malloc(1000);
  kept[1] = calloc(10, 30);
  show("two", current());
  kept[0] = realloc(kept[0], 5000);
  show("grown", current());
  free(kept[0]);
  show("freed", current());
  show("peak", peak());
  heaptally_reset_peak();
  show("reset_peak", peak());
  kept[0] = malloc(50);
  free(kept[0]);
  show("small_peak", peak());
  free(kept[1]);
  show("end", current());
  errno = 77;
  heaptally_get_traced_memory(NULL, NULL);
  show("errno", errno);
}

static void* churn(void* result) {
  long failed = 0;
  int i;
  for (i = 0; i < kRounds; ++i) {
    size_t now = 0, peak = 0;
    void* volatile block = malloc(1000);
    if (heaptally_get_traced_memory(&now, &peak) != 0 || now < base + 1000 || peak < now) ++failed;
    free(block);
  }
  *(long*)result = failed;
  return NULL;
}

/* Many ask at once; the answer counts what the asker did before. */
static void threads(void) {
  pthread_t all[kThreads];
  long failed[kThreads], sum = 0;
  int i;
  begin();
  for (i = 0; i < kThreads; ++i) pthread_create(&all[i], NULL, churn, &failed[i]);
  for (i = 0; i < kThreads; ++i) {
    pthread_join(all[i], NULL);
    sum += failed[i];
  }
  show("failed", sum);
}

static void in_child(void) {
  base = 0;
  show("child_nothing", current());
  kept[0] = malloc(700);
  show("child", current());
  heaptally_clear_traces();
  show("child_cleared", current());
  fflush(stdout);
  _exit(0);
}

static void children(void) {
  int status = 0;
  pid_t child;
  begin();
  kept[1] = malloc(300);
  fflush(stdout);
  child = fork();
  if (child == 0) in_child();
  waitpid(child, &status, 0);
  show("parent", current());
}

static volatile sig_atomic_t answered, refused;

static void on_alarm(int number) {
  size_t now;
  (void)number;
  if (heaptally_get_traced_memory(&now, NULL) == 0) {
    ++answered;
  } else {
    ++refused;
  }
}

/* A handler that asks while its thread asks, allocates and frees. */
static void signals(void) {
  long failed = 0;
  int i;
  begin();
  signal(SIGALRM, on_alarm);
  for (i = 0; i < 300; ++i) {
    ualarm(100 + 37 * (useconds_t)(i % 20), 0);
    kept[0] = malloc(100);
    if (current() < 100) ++failed;
    free(kept[0]);
  }
  ualarm(0, 0);
  show("failed", failed);
  show("signals", answered + refused > 50);
  show("end", current());
}

static void stopped(void) {
  begin();
  show("tracing", heaptally_is_tracing());
  kept[0] = malloc(1000); /* recorded, freed while stopped */
  kept[1] = malloc(2000); /* recorded, moved while stopped */
  kept[2] = malloc(3000); /* recorded throughout */
  heaptally_stop();
  heaptally_stop();
  show("stopped", heaptally_is_tracing());
  kept[3] = malloc(10000);
  kept[4] = malloc(20000);
  kept[5] = malloc(40000);
  free(kept[3]);
  show("untouched", current());
  free(kept[0]);
  kept[1] = realloc(kept[1], 50000);
  show("less", current());
  heaptally_start();
  heaptally_start();
  show("again", heaptally_is_tracing());
  kept[4] = realloc(kept[4], 25000);  // grown
  show("grown", current());
  free(kept[1]);
  free(kept[5]);
  kept[6] = malloc(500);
  show("end", current());
}

static void cleared(void) {
  begin();
  kept[0] = malloc(1000);
  kept[1] = malloc(2000);  // forgotten
  base = 0;
  heaptally_clear_traces();
  show("cleared", current());
  show("cleared_peak", peak());
  kept[2] = malloc(300);  // after
  free(kept[0]);
  show("after", current());
  kept[2] = realloc(kept[2], 400);  // moved
  show("end", current());
}

static __attribute__((noinline)) int allocates(void** frames) {
  const int depth = backtrace(frames, 60);
  kept[0] = malloc(100);  // found
  return depth;
}

static void traceback(void) {
  void *own[60], *told[60];
  int depth, i, same = 1;
  backtrace(own, 60); /* loads what it needs */
  depth = allocates(own);
  show("depth_is_same", heaptally_get_object_traceback(kept[0], told, 60) == depth);
  for (i = 1; i < depth; ++i) same &= own[i] == told[i];
  show("frames_are_same", same);
  show("site", (uintptr_t)told[0] - (uintptr_t)allocates < 200);
  memset(told, 0, sizeof(told));
  show("cut", heaptally_get_object_traceback(kept[0], told, 2) == depth);
  show("third", told[1] == own[1] && told[2] == NULL);
  show("none", heaptally_get_object_traceback(kept[0], NULL, 0) == depth);
  show("inside", heaptally_get_object_traceback((char*)kept[0] + 16, told, 60));
  show("null", heaptally_get_object_traceback(NULL, told, 60));
  kept[0] = realloc(kept[0], 100000);
  show("moved", heaptally_get_object_traceback(kept[0], told, 60) == depth - 1);
  free(kept[0]);
  show("freed", heaptally_get_object_traceback(kept[0], told, 60));
}

static void overhead(void) {
  const long before = (long)heaptally_get_overhead();
  pthread_t thread;
  long failed = 0;
  pthread_create(&thread, NULL, churn, &failed);
  pthread_join(thread, NULL);
  show("before", before);
  show("more", (long)heaptally_get_overhead() - before);
}

static int take(const char* path) { return heaptally_take_snapshot(path) == 0 ? 0 : errno; }

static void snapshot(const char* folder) {
  int status = 0;
  kept[0] = malloc(1000);  // early
  kept[1] = malloc(77);
  free(kept[1]);
  show("first", take("first.heaptally"));
  show("again", take("first.heaptally") == EEXIST);
  show("no_folder", take("no/such/folder") == ENOENT);
  show("null", take(NULL) == EINVAL);
  kept[2] = malloc(2000);  // late
  if (chdir(folder) != 0) show("chdir", errno);
  show("second", take("second.heaptally"));
  free(kept[0]);
  fflush(stdout);
  if (fork() == 0) {
    kept[3] = malloc(3000);  // of the child
    _exit(take("third.heaptally"));
  }
  wait(&status);
  show("of_child", WEXITSTATUS(status));
  show("descriptors", dup(0));
}

int main(int argc, char** argv) {
  const char* const what = argc > 1 ? argv[1] : "";
  setvbuf(stdout, out, _IOFBF, sizeof(out));
  if (strcmp(what, "memory") == 0) memory();
  if (strcmp(what, "threads") == 0) threads();
  if (strcmp(what, "children") == 0) children();
  if (strcmp(what, "signals") == 0) signals();
  if (strcmp(what, "stopped") == 0) stopped();
  if (strcmp(what, "cleared") == 0) cleared();
  if (strcmp(what, "traceback") == 0) traceback();
  if (strcmp(what, "overhead") == 0) overhead();
  if (strcmp(what, "snapshot") == 0) snapshot(argv[2]);
  return 0;
}
