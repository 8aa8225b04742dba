/* A library to be loaded and unloaded. TORTURE_FRAME tells two builds of it apart: all code lies
   at the same place, with the same return addresses, but the frames have other sizes. */
#include "library.h"

#include <stdlib.h>

__attribute__((noinline)) static int descend(void (*callback)(void*), void* argument, int frames) {
  volatile char frame[TORTURE_FRAME];
  frame[0] = 1;
  void* block = malloc(300 + (size_t)frames);
  int allocations = 1;
  if (frames > 0) {
    allocations += descend(callback, argument, frames - 1);
  } else {
    callback(argument);
  }
  free(block);
  frame[sizeof(frame) - 1] = frame[0];
  return allocations;
}

int torture_library_run(void (*callback)(void*), void* argument, int frames) {
  volatile char frame[TORTURE_FRAME * 2];
  frame[0] = 1;
  const int allocations = descend(callback, argument, frames);
  frame[sizeof(frame) - 1] = frame[0];
  return allocations;
}
