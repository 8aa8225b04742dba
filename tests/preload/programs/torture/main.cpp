// What is hard on unwinders, all of it at once in four threads, at random: to be recorded with
// HEAPTALLY_VERIFY=1, which compares each stack with libunwind's.
//
// Usage: torture ITERATIONS SEED FIRST SECOND [calm | nested]
//
// FIRST and SECOND are the two builds of library.c. Prints the program's own books: allocations
// and bytes of calls that come from its own code. Signals strike anywhere, the allocator
// included, whose inner calls are not recorded; `calm` leaves them out, and the books are exact.
// `nested` has them interrupt handlers, too, on the stack that these are on.
#include <cstring>
#include <iterator>
#include <new>

#include "torture.h"

namespace torture {
namespace {

constexpr int kThreads = 4;
constexpr int kDepth = 3;

struct Options {
  long iterations;
  std::uint64_t seed;
  bool calm, nested;
};

bool parse(int count, char** arguments, Options& options) {
  if (count < 5 || count > 6) return false;
  const char* how = count == 6 ? arguments[5] : "";
  options = {std::atol(arguments[1]), std::strtoull(arguments[2], nullptr, 10),
             std::strcmp(how, "calm") == 0, std::strcmp(how, "nested") == 0};
  return options.iterations > 0 && (count == 5 || options.calm || options.nested);
}

Options g_options;
pthread_t g_threads[kThreads];
pthread_barrier_t g_barrier;

using Part = void (*)(Worker&, int);

// Those that leave the thread on the stack it is on come first.
constexpr Part kParts[] = {change_alloca,   split_alloca,    realign,     realign_split,
                           push_arguments,  press_registers, call_tails,  sort,
                           chain_functions, throw_through,   jump_out,    load_library,
                           raise_signal,    hop_stacks,      switch_fiber};
constexpr int kOnAnyStack = 12;

void work(int number) {
  Worker worker = {number, Random(g_options.seed * kThreads + static_cast<unsigned>(number))};
  begin_signals(worker, !g_options.calm);
  pthread_barrier_wait(&g_barrier);
  for (long i = 0; i < g_options.iterations; ++i) {
    go_on(worker, kDepth);
    if (!g_options.calm) disturb(g_threads[worker.random.below(kThreads)]);
  }
  // Until here all threads are there to be disturbed.
  pthread_barrier_wait(&g_barrier);
  end_signals();
}

void* work_in_thread(void* number) {
  work(static_cast<int>(reinterpret_cast<std::intptr_t>(number)));
  return nullptr;
}

void run() {
  REQUIRE(pthread_barrier_init(&g_barrier, nullptr, kThreads) == 0);
  g_threads[0] = pthread_self();
  for (std::intptr_t i = 1; i < kThreads; ++i) {
    REQUIRE(pthread_create(&g_threads[i], nullptr, work_in_thread, reinterpret_cast<void*>(i)) ==
            0);
  }
  work(0);
  for (int i = 1; i < kThreads; ++i) REQUIRE(pthread_join(g_threads[i], nullptr) == 0);
}

}  // namespace

void* take(std::size_t size) { return book(std::malloc(size), size); }

[[gnu::noinline]] void allocate(int size) {
  const auto bytes = static_cast<std::size_t>(size);
  std::free(take(bytes));
  asm volatile("" ::: "memory");
}

[[gnu::noinline]] void go_on(Worker& worker, int depth) {
  if (depth == 0) {
    allocate(1 + worker.random.below(500));
    return;
  }
  const int parts = worker.in_handler ? kOnAnyStack : static_cast<int>(std::size(kParts));
  kParts[worker.random.below(parts)](worker, depth - 1);
  asm volatile("" ::: "memory");
}

}  // namespace torture

// What the library allocates for the program is the program's own as well.
void* operator new(std::size_t size) { return torture::take(size); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block) noexcept { std::free(block); }

int main(int argc, char** argv) {
  using namespace torture;
  if (!parse(argc, argv, g_options)) {
    dprintf(2, "usage: torture ITERATIONS SEED FIRST SECOND [calm | nested]\n");
    return 2;
  }
  prepare_fibers();
  prepare_libraries(argv[3], argv[4]);
  prepare_signals(g_options.nested);
  run();
  dprintf(1, "allocations=%lld\nbytes=%lld\n", g_allocations, g_bytes);
  report_fibers();
  report_libraries();
  report_signals();
}
