/* errno through the shim's slow paths: a thread's first event, new modules and rules, growing
   tables, and a ring that is full because the collector is stopped. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "books.h"

static void* first_use(void* unused) {
  errno = 1234;
  void* block = book(malloc(10), 10);
  REQUIRE(errno == 1234);
  free(strike(block, 10));
  REQUIRE(errno == 1234);
  return unused;
}

static void* first_free(void* block) {
  errno = 1235;
  free(strike(block, 20));
  REQUIRE(errno == 1235);
  return NULL;
}

static void* first_failure(void* unused) {
  errno = 0;
  REQUIRE(malloc((size_t)PTRDIFF_MAX - 64) == NULL && errno == ENOMEM);
  return unused;
}

static void in_thread(void* (*function)(void*), void* argument) {
  pthread_t thread;
  REQUIRE(pthread_create(&thread, NULL, function, argument) == 0);
  REQUIRE(pthread_join(thread, NULL) == 0);
}

/* More events than the ring has slots, while the collector (our parent) stands still. */
static void fill_the_ring(void) {
  const pid_t collector = getppid();
  REQUIRE(kill(collector, SIGSTOP) == 0);
  const pid_t waker = fork();
  if (waker == 0) {
    usleep(700 * 1000);
    kill(collector, SIGCONT);
    _exit(0);
  }
  errno = 1236;
  for (int i = 0; i < 40000; ++i) {
    void* block = book(malloc(30), 30);
    if (errno != 1236) REQUIRE(!"errno changed");
    free(strike(block, 30));
    if (errno != 1236) REQUIRE(!"errno changed");
  }
}

int main(int argc, char** argv) {
  in_thread(first_use, NULL);
  in_thread(first_free, book(malloc(20), 20));
  in_thread(first_failure, NULL);
  if (argc > 1 && strcmp(argv[1], "stop-the-collector") == 0) fill_the_ring();
  report_books();
  return 0;
}
