/* Code without call-frame information: hand-written, and copied to an anonymous page as a
   just-in-time compiler would. Where its frame pointer means nothing, the stack ends early,
   and nothing worse may happen: on the thread's own stack, and on one with a hole above it. */
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "books.h"

typedef void (*Function)(int);
typedef void (*Caller)(Function, int);
typedef void (*WildCaller)(Function, int, const void*);

extern void no_cfi_call(Function function, int argument);
extern void no_cfi_call_wild(Function function, int argument, const void* frame_pointer);
extern const char no_cfi_end[];

static Caller g_call = no_cfi_call;
static WildCaller g_call_wild = no_cfi_call_wild;

__attribute__((noinline)) static void allocate_here(int size) {
  free(strike(book(malloc((size_t)size), (size_t)size), (size_t)size));
  __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void through_chain(int size) { g_call(allocate_here, size); }

/* Frame pointers that point anywhere: into nothing, just above, into other memory. */
__attribute__((noinline)) static void wild(void) {
  char local[64];
  const char* const here = local;
  static const long kDistances[] = {0,       1,       8,        4096,      65536,    1 << 20,
                                    8 << 20, 9 << 20, 64 << 20, 200 << 20, 1l << 31, 1l << 40};
  for (size_t i = 0; i < sizeof(kDistances) / sizeof(*kDistances); ++i) {
    g_call_wild(allocate_here, 90, here + kDistances[i]);
    g_call_wild(allocate_here, 91, here - kDistances[i]);
    g_call_wild(through_chain, 92, here + kDistances[i]);
  }
  g_call_wild(allocate_here, 93, NULL);
  g_call_wild(allocate_here, 94, (const void*)~7ul);
}

static void all_ways(void) {
  for (int i = 0; i < 20; ++i) {
    allocate_here(95);
    through_chain(96);
    g_call(through_chain, 97);
    wild();
  }
}

/* The same code in memory that belongs to no file. */
static void as_if_compiled_just_in_time(void) {
  const char* const begin = (const char*)(uintptr_t)no_cfi_call;
  const size_t bytes = (size_t)(no_cfi_end - begin);
  char* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(page != MAP_FAILED && bytes < 4096);
  memcpy(page, begin, bytes);
  REQUIRE(mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0);
  g_call = (Caller)(uintptr_t)page;
  g_call_wild = (WildCaller)((uintptr_t)page + (uintptr_t)no_cfi_call_wild - (uintptr_t)begin);
}

static void* in_thread(void* unused) {
  all_ways();
  return unused;
}

static ucontext_t g_main_context, g_fiber_context;

/* A fiber on a small stack with nothing mapped above it. */
static void in_fiber(void) {
  const size_t stack_bytes = 64 * 1024, all_bytes = 512u << 20;
  char* all = mmap(NULL, all_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(all != MAP_FAILED);
  REQUIRE(mprotect(all, stack_bytes, PROT_READ | PROT_WRITE) == 0);
  REQUIRE(munmap(all + (256u << 20), 1 << 20) == 0);
  getcontext(&g_fiber_context);
  g_fiber_context.uc_stack.ss_sp = all;
  g_fiber_context.uc_stack.ss_size = stack_bytes;
  g_fiber_context.uc_link = &g_main_context;
  makecontext(&g_fiber_context, all_ways, 0);
  swapcontext(&g_main_context, &g_fiber_context);
}

static void* fiber_in_thread(void* unused) {
  in_fiber();
  return unused;
}

static void run(void* (*function)(void*)) {
  pthread_t thread;
  REQUIRE(pthread_create(&thread, NULL, function, NULL) == 0);
  REQUIRE(pthread_join(thread, NULL) == 0);
}

int main(void) {
  for (int round = 0; round < 2; ++round) {
    all_ways();
    run(in_thread);
    in_fiber();
    run(fiber_in_thread);
    as_if_compiled_just_in_time();
  }
  report_books();
  return 0;
}
