// Many threads, each of which allocates a little.
//
//   threads short COUNT: one after the other, a few at a time
//   threads named COUNT: all at once, ten names
#include <pthread.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kAtATime = 8;
constexpr unsigned kNames = 10;

pthread_barrier_t g_barrier;

// Blocks of 16 bytes, every other one freed by its thread.
void allocate(unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    void* block = std::malloc(16);  // allocates
    asm volatile("" : "+r"(block));
    if (i % 2 == 0) std::free(block);
  }
}

void* run_short(void*) {
  allocate(10);
  return nullptr;
}

// The thread of number i is called name-(i % 10), and allocates 10 + i % 10 blocks.
void* run_named(void* argument) {
  const auto number = static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(argument) % kNames);
  char name[16];
  std::snprintf(name, sizeof(name), "name-%u", number);
  pthread_setname_np(pthread_self(), name);
  allocate(10 + number);
  pthread_barrier_wait(&g_barrier);
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const bool named = std::string_view(argv[1]) == "named";
  const std::size_t count = std::strtoul(argv[2], nullptr, 10);
  const std::size_t at_a_time = named ? count : kAtATime;
  pthread_barrier_init(&g_barrier, nullptr, static_cast<unsigned>(at_a_time));
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 * 1024);
  std::vector<pthread_t> threads(at_a_time);
  for (std::size_t first = 0; first < count; first += at_a_time) {
    for (std::size_t i = 0; i < at_a_time; ++i) {
      void* argument = reinterpret_cast<void*>(static_cast<std::uintptr_t>(first + i));
      if (pthread_create(&threads[i], &attributes, named ? run_named : run_short, argument) != 0) {
        return 3;
      }
    }
    for (pthread_t thread : threads) pthread_join(thread, nullptr);
  }
  return 0;
}
