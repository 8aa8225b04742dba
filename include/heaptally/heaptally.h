/* What a program can say to heaptally while it is recorded, and ask. C and C++, nothing to link
 * (with a C library older than glibc 2.34: -ldl).
 *
 * A program that is not recorded runs as if the calls were not there: the first one looks for the
 * shim, in vain, and none does anything. Recorded or not, none changes errno, but for
 * heaptally_take_snapshot, and all may be called from any thread. None may be called from a signal
 * handler before it was called once elsewhere: looking for the shim is not safe there.
 *
 * What says something costs as much as one allocation. What asks something (get_traced_memory,
 * get_object_traceback, take_snapshot) waits for heaptally, usually for half a millisecond, for its
 * answer counts all that this thread, and those that it has heard from, did before the call. It
 * fails where nobody can answer: heaptally was killed or is stopped (then after 10 s, once; other
 * calls fail in 10 ms until it goes on), the program has a filter on its system calls (seccomp), or
 * the caller is a signal handler that interrupted malloc or free. */
#ifndef HEAPTALLY_HEAPTALLY_H
#define HEAPTALLY_HEAPTALLY_H

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

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

/* Whether allocations are recorded now: 1 or 0. */
static inline int heaptally_is_tracing(void) {
  static void* place;
  static int state;
  int (*is_tracing)(void);
  void* const found = heaptally_find("heaptally_is_tracing", &place, &state);
  if (found == (void*)0) return 0;
  __builtin_memcpy(&is_tracing, &found, sizeof(is_tracing));
  return is_tracing();
}

/* ---- Counterparts of Python's tracemalloc ---- */

/* In the functions below: `call` is the shim's function. Without it they return `otherwise`. */
#define HEAPTALLY_SHIM(type, otherwise, name, ...)          \
  static void* place;                                       \
  static int state;                                         \
  type (*call)(__VA_ARGS__);                                \
  void* const found = heaptally_find(name, &place, &state); \
  if (found == (void*)0) return otherwise;                  \
  __builtin_memcpy(&call, &found, sizeof(call))

/* Allocations of this process are recorded from here on: after heaptally_stop(), or after
 * `heaptally record --stopped`, with which no program starts on its own. The moment gets the mark
 * "start". Does nothing where they are recorded already. What children do after it was forked or
 * executed is up to them: a forked one begins as its parent is, an executed program as the first
 * one did. */
static inline void heaptally_start(void) {
  HEAPTALLY_SHIM(void, , "heaptally_start", void);
  call();
}

/* Allocations of this process are not recorded any more, until heaptally_start(), and cost next to
 * nothing; frees cost what they always do. The moment gets the mark "stop". What is live stays so,
 * and its frees are recorded (a realloc of such a block is its free): unlike tracemalloc.stop(),
 * this forgets nothing. For that there is heaptally_clear_traces(). Frees of blocks that were not
 * recorded are counted, and shown in the summary. */
static inline void heaptally_stop(void) {
  HEAPTALLY_SHIM(void, , "heaptally_stop", void);
  call();
}

/* How many bytes the recorded blocks of this process have now, as they were asked for, and how many
 * they had at most since its program started (a forked child: since the fork), or since
 * heaptally_reset_peak() or heaptally_clear_traces(). Either pointer may be null. Returns 0, or -1
 * with both 0 where nobody can answer. Waits for heaptally (see above). */
static inline int heaptally_get_traced_memory(size_t* current, size_t* peak) {
  if (current != NULL) *current = 0;
  if (peak != NULL) *peak = 0;
  {
    HEAPTALLY_SHIM(int, -1, "heaptally_get_traced_memory", size_t*, size_t*);
    return call(current, peak);
  }
}

/* From here on, heaptally_get_traced_memory() tells the peak since now. The recording's own peak,
 * the one of `--at peak`, is that of the whole run all the same. */
static inline void heaptally_reset_peak(void) {
  HEAPTALLY_SHIM(void, , "heaptally_reset_peak", void);
  call();
}

/* Forgets all blocks of this process that are live: they leave the live set now, are no leaks at
 * the end, and have no lifetime. Traced memory is 0. Their frees count like those of blocks that
 * were not recorded. The recording keeps what it has of the time before. Takes heaptally, not the
 * caller, some 50 ns for each block. */
static inline void heaptally_clear_traces(void) {
  HEAPTALLY_SHIM(void, , "heaptally_clear_traces", void);
  call();
}

/* Writes a recording of everything up to this moment to a new file, complete in itself: every
 * command of heaptally reads it. The path is relative to the working directory of this process, and
 * the file is its own, with mode 0600. Returns 0 when it is written, or -1 with errno, and then no
 * file is left: EEXIST, and what else open() says (one descriptor is open meanwhile); ENOTCONN,
 * EAGAIN, EDEADLK, ETIMEDOUT where nobody can answer, or (EAGAIN) 16 others wait for theirs; ENOSPC
 * and EIO where heaptally could not write; EACCES where it may not look at this process's
 * descriptors, or at the file. heaptally first writes beside its own recording, which takes the
 * space of the file once more for a moment. It looks up all symbols for it: the first call may take
 * seconds, later ones tens of milliseconds and more, the more was recorded. Others are recorded
 * meanwhile as ever. */
static inline int heaptally_take_snapshot(const char* path) {
  static void* place;
  static int state;
  int (*call)(const char*);
  void* const found = heaptally_find("heaptally_take_snapshot", &place, &state);
  if (found == (void*)0) {
    errno = ENOTCONN;
    return -1;
  }
  __builtin_memcpy(&call, &found, sizeof(call));
  return call(path);
}

/* Where a block was allocated: its stack as return addresses, like those of backtrace(3), the most
 * recent call first. Stores at most `capacity` of them, and returns how many there are in all; 0 if
 * `block` is not the beginning of a live block that was recorded, or nobody can answer. Of a stack
 * deeper than 8,192 frames the outermost are not known. Waits for heaptally (see above). */
static inline int heaptally_get_object_traceback(const void* block, void** frames, int capacity) {
  HEAPTALLY_SHIM(int, 0, "heaptally_get_object_traceback", const void*, void**, int);
  return call(block, frames, capacity);
}

/* Bytes of this process's address space that heaptally has mapped for itself, rings and tables that
 * it shares with heaptally's own process included. Not all of them are in use: it is more than what
 * it costs in RAM. 0 where nothing is recorded. Waits for nobody. */
static inline size_t heaptally_get_overhead(void) {
  HEAPTALLY_SHIM(size_t, 0, "heaptally_get_overhead", void);
  return call();
}

#undef HEAPTALLY_SHIM

/* Memory pools and allocators of the program's own. Their blocks are told apart from the heap's, in
 * a domain that the program names: `heaptally stats --domain NAME`. A block of a pool may lie
 * anywhere, also where a block of the heap or of another domain is; where the pool gets its memory
 * from counts as it always does. The line that calls heaptally_alloc is charged; with --machinery
 * and the allocator's own file, the line that calls the allocator.
 *
 * So that no thread's block is taken for another's: tell of a block after it was allocated, and
 * before it is free to be allocated again. A null pointer tells nothing. Of a name longer than
 * 63 bytes the first ones count; beyond 200 names, all others share the domain "(other domains)";
 * a pool called heap, mmap, allocator or all is shown as "heap (program)". */
static inline void heaptally_alloc(const char* domain, const void* pointer, size_t size) {
  static void* place;
  static int state;
  void (*alloc)(const char*, const void*, size_t);
  void* const found = heaptally_find("heaptally_alloc", &place, &state);
  if (found == (void*)0) return;
  __builtin_memcpy(&alloc, &found, sizeof(alloc));
  alloc(domain, pointer, size);
}

/* A block was moved or changed its size; as with realloc, it is charged anew, all of it. For one
 * call, after it, where no other thread can be given the old place before; else heaptally_free and
 * heaptally_alloc. `old_pointer` null: it is a new one. `new_pointer` null: it failed, and the old
 * one is as it was. */
static inline void heaptally_realloc(const char* domain, const void* old_pointer,
                                     const void* new_pointer, size_t size) {
  static void* place;
  static int state;
  void (*reallocate)(const char*, const void*, const void*, size_t);
  void* const found = heaptally_find("heaptally_realloc", &place, &state);
  if (found == (void*)0) return;
  __builtin_memcpy(&reallocate, &found, sizeof(reallocate));
  reallocate(domain, old_pointer, new_pointer, size);
}

static inline void heaptally_free(const char* domain, const void* pointer) {
  static void* place;
  static int state;
  void (*release)(const char*, const void*);
  void* const found = heaptally_find("heaptally_free", &place, &state);
  if (found == (void*)0) return;
  __builtin_memcpy(&release, &found, sizeof(release));
  release(domain, pointer);
}

#ifdef __cplusplus
}
#endif

#endif /* HEAPTALLY_HEAPTALLY_H */
