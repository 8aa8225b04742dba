// Frames of every shape that compilers, handlers and programs make, each with allocations at
// its bottom. Built with and without frame pointers.
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <alloca.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <thread>

extern "C" {
#include "books.h"
void call_on_stack(void* top, void (*function)(int), int argument);
void leaf_store(volatile char* place);
void popped_store(volatile char* place);
}

namespace {

constexpr int kRounds = 50;

[[gnu::noinline]] void allocate_here(int size) {
  const auto bytes = static_cast<std::size_t>(size);
  std::free(strike(book(std::malloc(bytes), bytes), bytes));
  asm volatile("" ::: "memory");
}

[[gnu::noinline]] int with_alloca(int size, int depth) {
  auto* room = static_cast<volatile char*>(alloca(static_cast<std::size_t>(size)));
  room[0] = 1;
  if (depth == 0) {
    allocate_here(size);
  } else {
    return with_alloca(size * 3 / 2 + depth, depth - 1) + room[0];
  }
  return room[0];
}

// An aligned local together with alloca: the frame is realigned and its CFA is read from memory.
[[gnu::noinline]] int over_aligned(int size, int depth) {
  alignas(64) volatile char aligned[128];
  auto* room = static_cast<volatile char*>(alloca(static_cast<std::size_t>(size)));
  aligned[0] = 1;
  room[0] = 1;
  allocate_here(size);
  if (depth > 0) return over_aligned(size + 40, depth - 1) + aligned[0];
  return reinterpret_cast<std::uintptr_t>(&aligned[0]) % 64 == 0 ? aligned[0] + room[0] : 1000000;
}

[[gnu::noinline]] void last_of_tail_calls(int size) { allocate_here(size); }
[[gnu::noinline]] void tail_call(int size) { return last_of_tail_calls(size + 1); }

int compare(const void* a, const void* b) {
  allocate_here(25);
  return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

[[gnu::noinline]] int call_function(const std::function<int(int)>& function, int depth) {
  if (depth == 0) return function(26);
  return call_function([&](int size) { return function(size) + 1; }, depth - 1);
}

// Six arguments and more: some are pushed, and the stack pointer moves within the function.
[[gnu::noinline]] int many_arguments(int a, int b, int c, int d, int e, int f, int g, int h,
                                     int size) {
  allocate_here(size);
  return a + b + c + d + e + f + g + h;
}

ucontext_t g_main_context, g_fiber_context;

void fiber() {
  for (int i = 0; i < kRounds; ++i) {
    with_alloca(30, 3);
    over_aligned(31, 2);
    swapcontext(&g_fiber_context, &g_main_context);
  }
}

// A fiber's stack that is unmapped when the fiber has done its work.
void run_fiber() {
  constexpr std::size_t kBytes = 256 * 1024;
  void* stack = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(stack != MAP_FAILED);
  getcontext(&g_fiber_context);
  g_fiber_context.uc_stack.ss_sp = stack;
  g_fiber_context.uc_stack.ss_size = kBytes;
  g_fiber_context.uc_link = &g_main_context;
  makecontext(&g_fiber_context, fiber, 0);
  for (int i = 0; i < kRounds; ++i) {
    swapcontext(&g_main_context, &g_fiber_context);
    allocate_here(32);
  }
  munmap(stack, kBytes);
  allocate_here(33);
}

// From stack to stack: up in memory, down, and back to one that is in use already.
void hop(int depth) {
  static char stacks[3][32 * 1024] __attribute__((aligned(16)));
  allocate_here(36);
  if (depth > 0) call_on_stack(stacks[depth * 2 % 3] + sizeof(stacks[0]), hop, depth - 1);
  allocate_here(37);
}

void on_signal(int) { with_alloca(34, 2); }

// Signals that strike at calls and at faults, on the same stack and on another.
void run_signals(int flags) {
  static char stack[64 * 1024];
  const stack_t other = {.ss_sp = stack, .ss_flags = 0, .ss_size = sizeof(stack)};
  REQUIRE(sigaltstack(&other, nullptr) == 0);
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = flags;
  REQUIRE(sigaction(SIGUSR1, &action, nullptr) == 0);
  for (int i = 0; i < kRounds; ++i) raise(SIGUSR1);
}

volatile char* g_guarded;
void on_fault(int) {
  allocate_here(35);
  mprotect(const_cast<char*>(g_guarded), 4096, PROT_READ | PROT_WRITE);
}

// The handler's caller is an instruction, not a call.
[[gnu::noinline]] int fault(int depth) {
  volatile char frame[40];
  frame[0] = 1;
  if (depth > 0) return fault(depth - 1) + frame[0];
  leaf_store(g_guarded);
  REQUIRE(mprotect(const_cast<char*>(g_guarded), 4096, PROT_NONE) == 0);
  popped_store(g_guarded);
  return frame[0];
}

void run_faults() {
  g_guarded =
      static_cast<char*>(mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  struct sigaction action = {};
  action.sa_handler = on_fault;
  REQUIRE(sigaction(SIGSEGV, &action, nullptr) == 0);
  for (int i = 0; i < kRounds; ++i) {
    REQUIRE(mprotect(const_cast<char*>(g_guarded), 4096, PROT_NONE) == 0);
    fault(i % 7);
  }
  signal(SIGSEGV, SIG_DFL);
}

void all_shapes() {
  for (int i = 1; i <= kRounds; ++i) {
    with_alloca(i, i % 9);
    REQUIRE(over_aligned(i * 3, i % 5) < 1000000);
    tail_call(i);
    many_arguments(1, 2, 3, 4, 5, 6, 7, 8, i);
    call_function(
        [](int size) {
          allocate_here(size);
          return 0;
        },
        i % 6);
  }
  int numbers[40];
  for (int i = 0; i < 40; ++i) numbers[i] = i * 7919 % 41;
  std::qsort(numbers, 40, sizeof(int), compare);
}

}  // namespace

int main() {
  all_shapes();
  for (int i = 0; i < kRounds; ++i) hop(i % 4);
  run_fiber();
  run_signals(0);
  run_signals(SA_ONSTACK);
  run_faults();
  std::thread thread([] {
    all_shapes();
    run_signals(SA_ONSTACK);
    const stack_t none = {.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
    sigaltstack(&none, nullptr);
  });
  thread.join();
  std::thread([] { run_fiber(); }).join();
  report_books();
}
