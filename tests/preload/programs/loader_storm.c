/* One thread loads and unloads libraries while others allocate, iterate over the loaded
   objects (allocating in the callback), and are cancelled. Ends by itself, or hangs.
   Usage: loader_storm SECONDS LIBRARY... */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "books.h"

typedef void* (*Allocate)(void* (*)(size_t), size_t);

static _Atomic int g_stop;
static int g_library_count;
static char** g_libraries;

static void* allocate_deep(int depth) {
  if (depth == 0) return book(malloc(55), 55);
  void* block = allocate_deep(depth - 1);
  __asm__ volatile("" ::: "memory");
  return block;
}

static void* allocate(void* unused) {
  for (int i = 0; !g_stop; ++i) {
    free(strike(allocate_deep(i % 30), 55));
  }
  return unused;
}

static int visit(struct dl_phdr_info* info, size_t size, void* unused) {
  (void)info, (void)size, (void)unused;
  free(strike(book(malloc(56), 56), 56));
  return 0;
}

static void* iterate(void* unused) {
  while (!g_stop) dl_iterate_phdr(visit, NULL);
  return unused;
}

static void* load(void* unused) {
  for (int i = 0; !g_stop; ++i) {
    void* library = dlopen(g_libraries[i % g_library_count], RTLD_NOW | RTLD_LOCAL);
    REQUIRE(library != NULL);
    Allocate run = (Allocate)(uintptr_t)dlsym(library, "plugin_allocate");
    if (run != NULL) free(run(malloc, 57));
    dlclose(library);
  }
  return unused;
}

static void* until_cancelled(void* unused) {
  while (1) {
    free(malloc(58));  // cancelled
    pthread_testcancel();
  }
  return unused;
}

static void* cancel_others(void* unused) {
  while (!g_stop) {
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, until_cancelled, NULL) == 0);
    usleep(1000);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
  }
  return unused;
}

int main(int argc, char** argv) {
  REQUIRE(argc >= 3);
  g_libraries = argv + 2;
  g_library_count = argc - 2;
  void* (*const kFunctions[])(void*) = {allocate, allocate, iterate, load, load, cancel_others};
  pthread_t threads[6];
  for (int i = 0; i < 6; ++i) REQUIRE(pthread_create(&threads[i], NULL, kFunctions[i], NULL) == 0);
  usleep((useconds_t)(atof(argv[1]) * 1e6));
  g_stop = 1;
  for (int i = 0; i < 6; ++i) REQUIRE(pthread_join(threads[i], NULL) == 0);
  report_books();
  return 0;
}
