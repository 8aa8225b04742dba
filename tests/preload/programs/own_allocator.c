/* A program whose allocator is not libc's: calloc and realloc call malloc inside it. */
#include <string.h>

#include "books.h"

int main(void) {
  for (int i = 0; i < 1000; ++i) {
    char* block = book(calloc(3, 10), 30);
    for (int k = 0; k < 30; ++k) REQUIRE(block[k] == 0);
    strcpy(block, "kept");
    block = book(realloc(strike(block, 30), 60), 60);
    REQUIRE(strcmp(block, "kept") == 0);
    if (i % 2 == 0) free(strike(block, 60));
    void* aligned = book(aligned_alloc(64, 128), 128);
    free(strike(aligned, 128));
  }
  report_books();
  return 0;
}
