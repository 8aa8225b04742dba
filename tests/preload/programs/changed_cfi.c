/* Takes back what its call-frame information says of a function, once allocations in it have been
   seen: libunwind now finds another caller than before. Verification must tell.
   Usage: changed_cfi */
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "books.h"

enum { kWords = 64, kLess = 128 };

__attribute__((noinline)) static int somebody_else(int x) {
  dprintf(1, "%s", x == 0 ? "" : "never\n");
  return x;
}

/* Its frame is full of addresses in somebody_else. */
__attribute__((noinline)) static void allocate_in_frame(void) {
  volatile uintptr_t frame[kWords];
  for (int i = 0; i < kWords; ++i) frame[i] = (uintptr_t)somebody_else + 8;
  void* block = book(malloc(10), 10);
  free(strike(block, 10));
  REQUIRE(frame[kWords - 1] != 0);
}

/* The entry that describes `function`, by the search table of .eh_frame_hdr. */
static unsigned char* find_description(void (*function)(void)) {
  struct dl_find_object found;
  REQUIRE(_dl_find_object((void*)(uintptr_t)function, &found) == 0);
  char* header = found.dlfo_eh_frame;
  int32_t entry[2];
  for (size_t at = 12;; at += sizeof(entry)) {
    memcpy(entry, header + at, sizeof(entry));
    if (header + entry[0] == (char*)(uintptr_t)function) return (unsigned char*)header + entry[1];
  }
}

/* DW_CFA_def_cfa_offset with the offset of the whole frame, in two bytes. */
static void make_smaller(unsigned char* description) {
  for (unsigned char* at = description + 17;; ++at) {
    if (at[0] != 0x0e || (at[1] & 0x80) == 0 || (at[2] & 0x80) != 0) continue;
    const unsigned offset = (at[1] & 0x7fu) | (unsigned)at[2] << 7;
    if (offset < kWords * sizeof(uintptr_t) || offset > 2 * kWords * sizeof(uintptr_t)) continue;
    const long page = sysconf(_SC_PAGESIZE);
    REQUIRE(mprotect((void*)((uintptr_t)at & -(uintptr_t)page), 2 * (size_t)page,
                     PROT_READ | PROT_WRITE) == 0);
    at[2] = (unsigned char)(at[2] - kLess / 128);
    return;
  }
}

int main(void) {
  allocate_in_frame();
  make_smaller(find_description(allocate_in_frame));
  allocate_in_frame();
  report_books();
  return somebody_else(0);
}
