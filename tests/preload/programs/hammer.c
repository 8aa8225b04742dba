/* Threads that allocate as fast as they can while the collector (the parent) is stopped.
   Usage: hammer ROUNDS STOP_MILLISECONDS */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "books.h"

static int g_rounds;

static void* hammer(void* unused) {
  for (int i = 0; i < g_rounds; ++i) {
    void* block = book(malloc(33), 33);
    block = book(realloc(strike(block, 33), 66), 66);
    free(strike(block, 66));
  }
  return unused;
}

int main(int argc, char** argv) {
  REQUIRE(argc == 3);
  g_rounds = atoi(argv[1]);
  const int stop = atoi(argv[2]);
  const pid_t collector = getppid();
  pthread_t threads[4];
  if (stop > 0) REQUIRE(kill(collector, SIGSTOP) == 0);
  for (int i = 0; i < 4; ++i) REQUIRE(pthread_create(&threads[i], NULL, hammer, NULL) == 0);
  if (stop > 0) {
    usleep((useconds_t)stop * 1000);
    REQUIRE(kill(collector, SIGCONT) == 0);
  }
  for (int i = 0; i < 4; ++i) REQUIRE(pthread_join(threads[i], NULL) == 0);
  report_books();
  return 0;
}
