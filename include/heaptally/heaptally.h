/* What a program can say to heaptally while it is recorded. C and C++, nothing to link (with a C
 * library older than glibc 2.34: -ldl).
 *
 * A program that is not recorded runs as if the calls were not there: the first one looks for the
 * shim, in vain, and none does anything. Recorded or not, no call fails, none changes errno, and
 * all may be called from any thread. None may be called from a signal handler before it was called
 * once elsewhere: looking for the shim is not safe there. */
#ifndef HEAPTALLY_HEAPTALLY_H
#define HEAPTALLY_HEAPTALLY_H

#include <dlfcn.h>
#include <errno.h>

#ifdef __cplusplus
extern "C" {
#endif

/* RTLD_DEFAULT, which C sees only with _GNU_SOURCE. Weak symbols would not do: in a program that is
 * not position-independent they are bound when it is linked. */
#define HEAPTALLY_EVERYWHERE ((void*)0)

/* Where the shim has a function; null: there is no shim. `state`: 0 until it was looked for, then 1
 * or, if it was found, 2. */
static inline void* heaptally_find(const char* name, void** place, int* state) {
  if (__atomic_load_n(state, __ATOMIC_ACQUIRE) == 0) {
    const int saved_errno = errno;
    void* const found = dlsym(HEAPTALLY_EVERYWHERE, name);
    __atomic_store_n(place, found, __ATOMIC_RELAXED);
    __atomic_store_n(state, found != (void*)0 ? 2 : 1, __ATOMIC_RELEASE);
    /* So that the program, asking for its own error, is not told of ours. */
    if (found == (void*)0) (void)dlerror();
    errno = saved_errno;
  }
  return __atomic_load_n(place, __ATOMIC_RELAXED);
}

/* Gives this moment a name: `heaptally stats --at mark:NAME` shows what was live then, exactly. All
 * that this thread, and those that it has heard from, allocated and freed before the call counts,
 * and nothing that they do after it. A name may be used again: NAME#2 is then the second of it.
 * Of a name longer than 400 bytes the last ones are kept. A recording keeps 4,096 marks, and counts
 * what comes after them. */
static inline void heaptally_mark(const char* name) {
  static void* place;
  static int state;
  void (*mark)(const char*);
  void* const found = heaptally_find("heaptally_mark", &place, &state);
  if (found == (void*)0) return;
  __builtin_memcpy(&mark, &found, sizeof(mark));
  mark(name);
}

/* Whether what happens now is recorded: 1 or 0. */
static inline int heaptally_is_tracing(void) {
  static void* place;
  static int state;
  int (*is_tracing)(void);
  void* const found = heaptally_find("heaptally_is_tracing", &place, &state);
  if (found == (void*)0) return 0;
  __builtin_memcpy(&is_tracing, &found, sizeof(is_tracing));
  return is_tracing();
}

#ifdef __cplusplus
}
#endif

#endif /* HEAPTALLY_HEAPTALLY_H */
