/* A program with a terrible bug: it overwrites the memory that it shares with the collector.
   Children that it forks do the same, at the same time.
   Usage: scribbler SEED [CHILDREN] */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "books.h"

struct Range {
  char *begin, *end;
};

static int find_shared_memory(struct Range* ranges, int room) {
  FILE* maps = fopen("/proc/self/maps", "r");
  char line[512];
  int count = 0;
  while (maps != NULL && count < room && fgets(line, sizeof(line), maps) != NULL) {
    unsigned long begin, end;
    if (strstr(line, "memfd:heaptally") == NULL || strstr(line, " rw") == NULL) continue;
    if (sscanf(line, "%lx-%lx", &begin, &end) == 2) {
      ranges[count++] = (struct Range){(char*)begin, (char*)end};
    }
  }
  if (maps != NULL) fclose(maps);
  return count;
}

/* Words of zeros, ones and noise; and what may pass for a process, or for a thread of one. */
static uint64_t some_word(void) {
  const uint64_t noise = ((uint64_t)rand() << 40) ^ ((uint64_t)rand() << 20) ^ (uint64_t)rand();
  const uint64_t pids[] = {1, (uint64_t)getpid(), (uint64_t)getppid(), (uint64_t)-1};
  const uint64_t pid = pids[rand() % 4];
  const uint64_t values[] = {
      0, ~(uint64_t)0, noise,         noise & 0xffff,          noise & 0xffffffff,
      1, pid,          pid << 32 | 1, (noise & 63) << 32 | pid};
  return values[rand() % 9];
}

static void scribble(const struct Range* ranges, int count) {
  for (int i = 0; i < 20000; ++i) {
    const struct Range* range = &ranges[rand() % count];
    size_t length = (size_t)(range->end - range->begin);
    /* Mostly in the first pages, where most is. */
    if (length > 65536 && rand() % 4 != 0) length = 65536;
    char* place = range->begin + (((size_t)rand() << 12) ^ (size_t)rand()) % length / 8 * 8;
    const uint64_t word = some_word();
    memcpy(place, &word, 8);
    if (i % 10 == 0) free(malloc(13));
  }
}

int main(int argc, char** argv) {
  const unsigned seed = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
  const int children = argc > 2 ? atoi(argv[2]) : 0;
  for (int i = 0; i < 1000; ++i) book(malloc(12), 12);
  struct Range ranges[64];
  const int count = find_shared_memory(ranges, 64);
  REQUIRE(count > 0);
  dprintf(1, "ranges=%d\n", count);
  int self = 0;
  for (int i = 1; i <= children && self == 0; ++i) self = fork() == 0 ? i : 0;
  srand(seed + 1000 * (unsigned)self);
  alarm(3); /* the program itself may hang after what it does */
  free(malloc(14));
  scribble(ranges, count);
  while (self == 0 && wait(NULL) > 0) {
  }
  return 0;
}
