// Stacks of the program's own: fibers that any thread resumes, whose stacks go and come back at
// the same place; and stacks that one call goes to, through call-frame information.
#include <sys/mman.h>
#include <ucontext.h>

#include <atomic>

#include "torture.h"

extern "C" void call_on_stack(void* top, void (*function)(int), int argument);

namespace torture {
namespace {

constexpr std::size_t kStackBytes = 512 * 1024;
constexpr int kFibers = 8;
constexpr int kSteps = 6;

struct Fiber {
  std::atomic<bool> is_busy;
  char* place;  // where the stack was first, and is to be again
  char* stack;  // nullptr while there is none
  bool is_done;
  ucontext_t own, resumer;
  Worker* worker;  // of whoever resumed it last
  int depth;
};

Fiber g_fibers[kFibers];
std::atomic<long> g_mapped, g_mapped_again, g_resumed;

char* map_stack(char* place) {
  const int fixed = place == nullptr ? 0 : MAP_FIXED_NOREPLACE;
  void* stack = mmap(place, kStackBytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
  return stack == MAP_FAILED ? nullptr : static_cast<char*>(stack);
}

void run_fiber(unsigned high, unsigned low) {
  const auto address = static_cast<std::uintptr_t>(high) << 32 | low;
  Fiber& self = *reinterpret_cast<Fiber*>(address);
  for (int i = 0; i < kSteps; ++i) {
    allocate(190 + i);
    go_on(*self.worker, self.depth);
    // The thread may be another one afterwards.
    swapcontext(&self.own, &self.resumer);
  }
  self.is_done = true;  // and back through uc_link
}

void start(Fiber& fiber) {
  fiber.stack = map_stack(fiber.place);
  ++g_mapped;
  // Somebody else may have mapped something there meanwhile.
  if (fiber.stack == nullptr) {
    fiber.stack = map_stack(nullptr);
  } else {
    ++g_mapped_again;
  }
  REQUIRE(fiber.stack != nullptr);
  fiber.is_done = false;
  REQUIRE(getcontext(&fiber.own) == 0);
  fiber.own.uc_stack.ss_sp = fiber.stack;
  fiber.own.uc_stack.ss_size = kStackBytes;
  fiber.own.uc_link = &fiber.resumer;
  const auto address = reinterpret_cast<std::uintptr_t>(&fiber);
  makecontext(&fiber.own, reinterpret_cast<void (*)()>(run_fiber), 2,
              static_cast<unsigned>(address >> 32), static_cast<unsigned>(address));
}

void end(Fiber& fiber) {
  REQUIRE(munmap(fiber.stack, kStackBytes) == 0);
  fiber.stack = nullptr;
  allocate(200);
}

struct Hop {
  Worker* worker;
  char* stacks;
  int depth, hops;
};
thread_local Hop* t_hop;

void hop(int left) {
  Hop& hops = *t_hop;
  allocate(210 + left);
  if (left > 0) {
    // Up in memory, down, and back to a stack that is in use already.
    const int next = left * 2 % 3 + 1;
    call_on_stack(hops.stacks + kStackBytes / 4 * static_cast<std::size_t>(next), hop, left - 1);
  } else {
    go_on(*hops.worker, hops.depth);
  }
  allocate(220 + left);
}

}  // namespace

void prepare_fibers() {
  // Far below whatever else is mapped, where nothing else comes to lie in a gap.
  constexpr std::size_t kFarBelow = std::size_t{1} << 40;
  char* here = map_stack(nullptr);
  REQUIRE(here != nullptr && munmap(here, kStackBytes) == 0);
  for (std::size_t i = 0; i < kFibers; ++i) g_fibers[i].place = here - kFarBelow + i * kStackBytes;
}

void switch_fiber(Worker& worker, int depth) {
  Fiber& fiber = g_fibers[worker.random.below(kFibers)];
  if (fiber.is_busy.exchange(true)) return go_on(worker, depth);
  if (fiber.stack == nullptr) start(fiber);
  fiber.worker = &worker;
  fiber.depth = depth;
  ++g_resumed;
  allocate(230);
  swapcontext(&fiber.resumer, &fiber.own);
  allocate(231);
  // Some are left for good in the midst of their work.
  if (fiber.is_done || worker.random.below(20) == 0) end(fiber);
  fiber.is_busy = false;
}

void hop_stacks(Worker& worker, int depth) {
  // Where it goes to stacks that it is on itself, their frames must survive.
  if (t_hop != nullptr) return go_on(worker, depth);
  char* stacks = map_stack(nullptr);
  REQUIRE(stacks != nullptr);
  Hop hops = {&worker, stacks, depth, 1 + worker.random.below(3)};
  t_hop = &hops;
  hop(hops.hops);
  t_hop = nullptr;
  munmap(stacks, kStackBytes);
}

void report_fibers() {
  dprintf(1, "fiber_stacks=%ld\nsame_fiber_stacks=%ld\nresumed=%ld\n", g_mapped.load(),
          g_mapped_again.load(), g_resumed.load());
}

}  // namespace torture
