/* A library to be loaded and unloaded; PLUGIN_NAME and PLUGIN_FRAME tell two of them apart.
   Both have the same size, so that one is mapped where the other was, but other frames. */
#include <stddef.h>
#include <string.h>

#define CONCATENATE(a, b) a##b
#define NAMED(prefix, name) CONCATENATE(prefix, name)

__attribute__((noinline)) static void* NAMED(allocate_in_, PLUGIN_NAME)(void* (*allocate)(size_t),
                                                                        size_t size) {
  volatile char frame[PLUGIN_FRAME];
  frame[0] = 1;
  void* block = allocate(size);
  frame[sizeof(frame) - 1] = frame[0];
  return block;
}

void* plugin_allocate(void* (*allocate)(size_t), size_t size) {
  volatile char frame[PLUGIN_FRAME / 2];
  frame[0] = 1;
  void* block = NAMED(allocate_in_, PLUGIN_NAME)(allocate, size);
  frame[sizeof(frame) - 1] = frame[0];
  return block;
}
