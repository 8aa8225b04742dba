// Two pools that tell heaptally of their blocks, and know what each line holds at each mark.
// Prints MARK|DOMAIN|LINE|BYTES|COUNT of the lines that end in // LINE. With `fork` a child goes on
// with the same pools, from nothing, and its marks begin with "child".
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "heaptally/heaptally.h"

namespace {

constexpr int kSlots = 300;
constexpr int kMarks = 8;
constexpr int kSteps = 2000;
constexpr std::size_t kSlotBytes = 512;
enum Line { kSmall, kLarge, kMoved, kLines };
const char* const kNames[kLines] = {"small", "large", "moved"};

struct Pool {
  const char* name;
  alignas(64) char memory[kSlots][kSlotBytes];
  struct {
    std::size_t size;
    Line line;
    bool is_used;
  } slots[kSlots];
};

Pool g_pools[2];
std::uint32_t g_random = 1;

std::size_t below(std::size_t n) {
  g_random = g_random * 1664525 + 1013904223;
  return (g_random >> 8) % n;
}

void allocate(Pool& pool, std::size_t slot) {
  void* const block = pool.memory[slot];
  const std::size_t size = 1 + below(kSlotBytes);
  const Line line = size < 64 ? kSmall : kLarge;
  if (line == kSmall) {
    heaptally_alloc(pool.name, block, size);  // small
  } else {
    heaptally_realloc(pool.name, nullptr, block, size);  // large
  }
  pool.slots[slot] = {size, line, true};
}

void step(Pool& pool) {
  const std::size_t slot = below(kSlots);
  if (!pool.slots[slot].is_used) return allocate(pool, slot);
  if (below(3) != 0) {
    heaptally_free(pool.name, pool.memory[slot]);
    pool.slots[slot] = {};
    return;
  }
  const std::size_t to = below(kSlots), size = 1 + below(kSlotBytes);
  if (pool.slots[to].is_used && to != slot) return;
  pool.slots[slot] = {};
  heaptally_realloc(pool.name, pool.memory[slot], pool.memory[to], size);  // moved
  pool.slots[to] = {size, kMoved, true};
}

void print(const char* mark, const Pool& pool) {
  std::array<std::size_t, kLines> bytes{}, count{};
  for (const auto& slot : pool.slots) {
    if (!slot.is_used) continue;
    bytes[slot.line] += slot.size;
    ++count[slot.line];
  }
  for (int line = 0; line < kLines; ++line) {
    dprintf(STDOUT_FILENO, "%s|%s|%s|%zu|%zu\n", mark, pool.name, kNames[line], bytes[line],
            count[line]);
  }
}

void run(const char* name) {
  for (int mark = 0; mark < kMarks; ++mark) {
    for (int i = 0; i < kSteps; ++i) step(g_pools[below(2)]);
    char text[64];
    snprintf(text, sizeof(text), "%s %d", name, mark);
    heaptally_mark(text);
    for (const Pool& pool : g_pools) print(text, pool);
  }
}

}  // namespace

int main(int argc, char** argv) {
  char name[] = "pool";  // in no place that stays the same
  g_pools[0].name = name;
  g_pools[1].name = "arena of \xC3\xA9t\xC3\xA9";
  heaptally_alloc(nullptr, name, 1);
  heaptally_alloc("pool", nullptr, 1);
  heaptally_free("pool", nullptr);
  heaptally_realloc("pool", name, nullptr, 5);
  run("mark");
  if (argc < 2 || std::strcmp(argv[1], "fork") != 0) return 0;
  const pid_t child = fork();
  if (child == 0) {
    for (Pool& pool : g_pools) std::memset(pool.slots, 0, sizeof(pool.slots));
    // Numbered differently than its parent does from now on.
    heaptally_alloc("of the child", name, 7);
    run("child");
    _exit(0);
  }
  heaptally_alloc("of the parent", name, 9);
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0 ? 0 : 3;
}
