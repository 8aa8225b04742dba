// A program that knows each of its blocks: two threads, one after the other, allocate, reallocate
// and free, and the blocks are told at the end, in order, a line each:
//   WHICH THREAD ADDRESS SIZE FATE
// WHICH is the marker of the line that allocated it, FATE "freed", "temporary" or "never freed".
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

namespace {

struct Block {
  const char* which;
  int thread;
  void* address;
  std::size_t size;
  const char* fate;
};

constexpr int kMost = 5'000;
Block blocks[kMost];
int count = 0;
int live[kMost];
int live_count = 0;

void* keep_apart(void* address) {
  asm volatile("" : "+r"(address) : : "memory");
  return address;
}

int note(const char* which, void* address, std::size_t size) {
  blocks[count] = {which, gettid(), address, size, "never freed"};
  return count++;
}

// What a block becomes that was allocated by this thread just before is a temporary.
void end(int block) {
  const bool is_last = block == count - 1 && blocks[block].thread == gettid();
  blocks[block].fate = is_last ? "temporary" : "freed";
}

void work(unsigned seed) {
  std::minstd_rand random(seed);
  for (int i = 0; i < 2'000; ++i) {
    const std::size_t size = random() % 3 == 0 ? random() % 5'000 : random() % 100;
    const int which = live_count == 0 ? 0 : static_cast<int>(random() % live_count);
    if (live_count == 0 || random() % 5 < 2) {
      void* const block = keep_apart(std::malloc(size));  // malloc
      live[live_count++] = note("malloc", block, size);
    } else if (random() % 3 == 0) {
      end(live[which]);
      void* const old = blocks[live[which]].address;
      void* const block = keep_apart(std::realloc(old, size + 1));  // realloc
      live[which] = note("realloc", block, size + 1);
    } else {
      end(live[which]);
      std::free(blocks[live[which]].address);
      live[which] = live[--live_count];
    }
  }
}

}  // namespace

int main() {
  work(1);
  std::thread(work, 2).join();
  for (int i = 0; i < count; ++i) {
    const Block& block = blocks[i];
    std::printf("%s %d %p %zu %s\n", block.which, block.thread, block.address, block.size,
                block.fate);
  }
  return 0;
}
