/* A plugin that binds to libc before everything else; blocks go from it to the program and back.
   Usage: deepbind PLUGIN */
#include <dlfcn.h>

#include "books.h"

int main(int argc, char** argv) {
  REQUIRE(argc == 2);
  void* plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  REQUIRE(plugin != NULL);
  void* (*allocate)(size_t) = (void* (*)(size_t))(uintptr_t)dlsym(plugin, "plugin_allocate");
  void* (*resize)(void*, size_t) =
      (void* (*)(void*, size_t))(uintptr_t)dlsym(plugin, "plugin_resize");
  void (*release)(void*) = (void (*)(void*))(uintptr_t)dlsym(plugin, "plugin_free");
  REQUIRE(allocate != NULL && resize != NULL && release != NULL);
  int of_plugin = 0;
  for (int i = 0; i < 1000; ++i) {
    void* theirs = allocate(10);
    void* ours = book(malloc(20), 20);
    theirs = resize(theirs, 30);
    of_plugin += 2;
    free(theirs);
    release(strike(ours, 20));
  }
  report_books();
  dprintf(1, "of_plugin=%d\n", of_plugin);
  return 0;
}
