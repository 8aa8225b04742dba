/* Allocates from .preinit_array, before any constructor but the shim's, and from its own
   constructor; links libraries that do so too. */
#include "books.h"
#include "early_library.h"

static void* g_preinit_block;
static void* g_constructor_block;

static void before_all(int argc, char** argv, char** envp) {
  if (argc > 0 && argv != NULL && envp != NULL) g_preinit_block = book(malloc(777), 777);
}
__attribute__((section(".preinit_array"), used)) static void (*g_preinit)(int, char**,
                                                                          char**) = before_all;

__attribute__((constructor)) static void construct(void) {
  g_constructor_block = book(malloc(778), 778);
}

__attribute__((destructor)) static void destruct(void) {
  free(strike(g_constructor_block, 778));
  report_books();
}

int main(void) {
  REQUIRE(g_preinit_block != NULL && early_block != NULL && early_answer() == 42);
  early_release();
  free(early_block);
  free(strike(g_preinit_block, 777));
  return 0;
}
