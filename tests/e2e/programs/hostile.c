/* Allocates in two functions and files whose names try to be something else; the functions get
   theirs from test_flames.py. The first argument is how many bytes more are live; with a second one
   it goes on until it is killed. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void* volatile kept;

#line 7 "</script><script>alert(1)</script>.c"
__attribute__((noinline)) void name_of_markup(size_t size) {
  kept = malloc(size);
  __asm__ volatile("");
}

#line 3 "quo\"te';semi colon 12.c"
__attribute__((noinline)) void name_of_quotes(size_t size) {
  kept = malloc(size);
  __asm__ volatile("");
}

#line 24 "hostile.c"
int main(int argc, char** argv) {
  const size_t more = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
  name_of_markup(1000 + more);
  name_of_quotes(500);
  while (argc > 2) {
    free(kept);
    name_of_quotes(500);
    usleep(10000);
  }
  return 0;
}
