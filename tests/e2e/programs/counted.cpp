// Allocates, reallocs and frees until it is killed, in several threads. After each call that
// has returned it counts it in a shared file, so that whoever killed it knows what it did.
//
//   counted FILE THREADS
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr std::size_t kMaxThreads = 16;

// What the file holds for each thread; read by test_endings.py.
struct alignas(64) Lane {
  std::atomic<std::uint64_t> allocated, reallocated, freed;
};

void count(std::atomic<std::uint64_t>& counter) {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

[[noreturn]] void work(Lane& lane) {
  std::array<void*, 500> blocks = {};
  for (std::size_t i = 0;; i = (i + 7) % blocks.size()) {
    if (blocks[i] != nullptr) {
      std::free(blocks[i]);
      count(lane.freed);
    }
    void* block = std::malloc(64);  // allocates
    asm volatile("" : "+r"(block));
    count(lane.allocated);
    if (i % 3 == 0) {
      block = std::realloc(block, i % 2 == 0 ? 100 : 5000);  // reallocates
      count(lane.reallocated);
    }
    blocks[i] = block;
  }
}

void* run_thread(void* argument) {
  auto* lane = static_cast<Lane*>(argument);
  char name[] = "lane-?";
  name[5] = static_cast<char>('a' + lane->allocated.exchange(0));
  pthread_setname_np(pthread_self(), name);
  work(*lane);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::size_t threads = std::strtoul(argv[2], nullptr, 10);
  if (threads == 0 || threads > kMaxThreads) return 2;
  constexpr std::size_t kBytes = kMaxThreads * sizeof(Lane);
  const int fd = open(argv[1], O_RDWR | O_CREAT, 0600);
  if (fd < 0 || ftruncate(fd, kBytes) != 0) return 3;
  void* file = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (file == MAP_FAILED) return 3;
  auto* lanes = static_cast<Lane*>(file);
  for (std::size_t i = 0; i < threads; ++i) {
    lanes[i].allocated.store(i);  // its letter, until it begins
    pthread_t thread;
    if (pthread_create(&thread, nullptr, run_thread, &lanes[i]) != 0) return 4;
  }
  while (true) pause();
}
