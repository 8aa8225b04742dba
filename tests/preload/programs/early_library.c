/* A library that allocates while the program is being loaded: in an IFUNC's resolver, if
   built with EARLY_IFUNC, and in a constructor. */
#include "early_library.h"

#include <stdlib.h>

void* early_block;

#ifdef EARLY_IFUNC
static void* g_resolved_block;
static int answer_of_resolver(void) { return g_resolved_block != NULL ? 42 : 0; }
typedef int Answer(void);
static Answer* resolve_answer(void) {
  g_resolved_block = malloc(1001);
  free(malloc(1002));
  g_resolved_block = realloc(g_resolved_block, 1003);
  return answer_of_resolver;
}
/* Local, so that the loader resolves it while it relocates this library: before it has
   relocated a library that was preloaded. */
static int answer(void) __attribute__((ifunc("resolve_answer")));
int early_answer(void) { return answer(); }
void early_release(void) {
  g_resolved_block = realloc(g_resolved_block, 2003);
  free(g_resolved_block);
}
#else
int early_answer(void) { return 42; }
void early_release(void) {}
#endif

__attribute__((constructor)) static void construct(void) {
  for (int i = 0; i < 3000; ++i) free(malloc(64));
  early_block = malloc(65);
}
