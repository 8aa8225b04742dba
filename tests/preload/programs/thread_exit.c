/* Threads that allocate and free while they end: in destructors of keys, in those of
   thread_local objects, and in what comes after; and many of them, one by one and at once. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "books.h"

extern int __cxa_thread_atexit_impl(void (*destructor)(void*), void* object, void* handle);
extern void* __dso_handle;

static pthread_key_t g_first, g_second;

static void destroy_first(void* block) {
  free(strike(block, 100));
  pthread_setspecific(g_second, book(malloc(200), 200));
}

static void destroy_second(void* block) {
  free(strike(block, 200));
  free(strike(book(malloc(300), 300), 300));
}

static void destroy_local(void* block) {
  free(strike(block, 400));
  pthread_setspecific(g_first, book(malloc(100), 100));
}

static void* live_and_die(void* unused) {
  pthread_setname_np(pthread_self(), "mayfly");
  pthread_setspecific(g_first, book(malloc(100), 100));
  __cxa_thread_atexit_impl(destroy_local, book(malloc(400), 400), &__dso_handle);
  free(strike(pthread_getspecific(g_first), 100));
  pthread_setspecific(g_first, NULL);
  return unused;
}

/* The thread's first allocation is that of a destructor. */
static void* allocate_only_when_dying(void* unused) {
  pthread_setspecific(g_second, unused);
  return NULL;
}

static void one_by_one(int count) {
  for (int i = 0; i < count; ++i) {
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, live_and_die, NULL) == 0);
    REQUIRE(pthread_join(thread, NULL) == 0);
  }
}

static pthread_barrier_t g_barrier;

static void* live_together(void* unused) {
  void* block = book(malloc(10), 10);
  pthread_barrier_wait(&g_barrier);
  free(strike(block, 10));
  return live_and_die(unused);
}

static void at_once(int count) {
  pthread_t threads[1000];
  pthread_barrier_init(&g_barrier, NULL, (unsigned)count);
  for (int i = 0; i < count; ++i) {
    REQUIRE(pthread_create(&threads[i], NULL, live_together, NULL) == 0);
  }
  for (int i = 0; i < count; ++i) REQUIRE(pthread_join(threads[i], NULL) == 0);
}

static long resident_kilobytes(void) {
  char text[64] = "";
  FILE* file = fopen("/proc/self/statm", "r");
  long pages = 0, resident = 0;
  if (file == NULL || fgets(text, sizeof(text), file) == NULL) return 0;
  fclose(file);
  sscanf(text, "%ld %ld", &pages, &resident);
  return resident * 4;
}

int main(void) {
  REQUIRE(pthread_key_create(&g_first, destroy_first) == 0);
  REQUIRE(pthread_key_create(&g_second, destroy_second) == 0);
  pthread_t thread;
  REQUIRE(pthread_create(&thread, NULL, allocate_only_when_dying, book(malloc(200), 200)) == 0);
  REQUIRE(pthread_join(thread, NULL) == 0);
  at_once(200);
  one_by_one(100);
  const long before = resident_kilobytes();
  one_by_one(900);
  const long after = resident_kilobytes();
  report_books();
  dprintf(1, "grown_kilobytes=%ld\n", after - before);
  return 0;
}
