// Handlers that allocate on a stack of their own: of signals that are raised, that come from
// other threads, and from a timer of CPU time.
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <alloca.h>

#include <atomic>

#include "torture.h"

extern "C" void trap_in_frame();

namespace torture {
namespace {

constexpr std::size_t kStackBytes = 512 * 1024;
constexpr long kPeriod = 4'000'000;  // nanoseconds of a thread's CPU time

// What a handler finds of the thread that it runs in.
struct Own {
  Worker* worker;
  char* stack;
  int depth;            // below 0: the handler allocates and returns
  sigjmp_buf* way_out;  // nullptr: the handler returns
  timer_t timer;
  bool has_timer;
};
thread_local Own t_own;

std::atomic<long> g_raised, g_struck;

sigset_t disturbing() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPROF);
  sigaddset(&set, SIGUSR2);
  return set;
}

// Raised: the thread is at a place of its own choosing, so the handler may do nearly anything.
void on_raised(int) {
  ++g_raised;
  if (t_own.depth < 0) return allocate(242);
  // Another signal that is raised meanwhile has a way out of its own.
  sigjmp_buf* way_out = t_own.way_out;
  allocate(240);
  go_on(*t_own.worker, t_own.depth);
  if (way_out != nullptr) siglongjmp(*way_out, 1);
  allocate(241);
}

[[gnu::noinline]] int allocate_below(int frames, int size) {
  alignas(64) volatile char aligned[64];
  auto* room = static_cast<volatile char*>(alloca(static_cast<std::size_t>(size)));
  aligned[0] = 1;
  room[0] = 1;
  allocate(size);
  if (frames > 0) return allocate_below(frames - 1, size + 30) + aligned[0];
  return aligned[0] + room[0];
}

// Out of the blue, within the allocator and the shim as well.
void on_disturbance(int) {
  const int kept = errno;
  const long count = ++g_struck;
  allocate_below(static_cast<int>(count % 3), 250);
  errno = kept;
}

void handle(int signal, void (*handler)(int), const sigset_t& blocked, int flags = SA_ONSTACK) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_mask = blocked;
  action.sa_flags = flags | SA_RESTART | SA_NODEFER;
  REQUIRE(sigaction(signal, &action, nullptr) == 0);
}

void* map(void* place) {
  return mmap(place, kStackBytes, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (place != nullptr ? MAP_FIXED : 0), -1,
              0);
}

// The stack of signals is a fresh one, at the same place.
void renew_stack() {
  sigset_t before;
  const sigset_t set = disturbing();
  pthread_sigmask(SIG_BLOCK, &set, &before);
  REQUIRE(map(t_own.stack) == t_own.stack);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// The handler leaves by a jump over its own frames and those that it interrupted.
[[gnu::noinline]] void raise_and_jump(Worker& worker) {
  sigjmp_buf out;
  if (sigsetjmp(out, 1) == 0) {
    t_own.way_out = &out;
    allocate_below(worker.random.below(4), 260);
    raise(SIGUSR1);
  }
  allocate(261);
}

// The same call, further in or further out, and from two places: only the stack pointer that the
// signal interrupted tells. What the last call left behind still lies where it was.
[[gnu::noinline]] int raise_below(std::size_t room, bool one_way) {
  auto* bytes = static_cast<volatile char*>(alloca(room));
  bytes[0] = 1;
  if (one_way) {
    asm volatile("# one way");
    raise(SIGUSR1);
    return bytes[0];
  }
  asm volatile("# another");
  raise(SIGUSR1);
  return -bytes[0];
}

// The same place, but another instruction.
[[gnu::noinline]] void trap_twice() {
  asm volatile("int3");
  asm volatile("nop; int3");
}

void raise_in_turns(Worker& worker) {
  constexpr std::size_t kStep = 1024;
  for (int i = 0; i < 4; ++i) {
    raise_below(16 + kStep * static_cast<std::size_t>(worker.random.below(4)),
                worker.random.below(2) == 0);
  }
  trap_twice();
  trap_in_frame();
}

}  // namespace

void prepare_signals(bool handlers_nest) {
  sigset_t none;
  sigemptyset(&none);
  handle(SIGUSR1, on_raised, handlers_nest ? none : disturbing());
  // On the stack that it interrupts.
  handle(SIGTRAP, on_raised, disturbing(), 0);
  // One of them at a time: the shim has room for one handler within a hook.
  handle(SIGUSR2, on_disturbance, disturbing());
  handle(SIGPROF, on_disturbance, disturbing());
}

void begin_signals(Worker& worker, bool with_timer) {
  t_own.worker = &worker;
  void* stack = map(nullptr);
  REQUIRE(stack != MAP_FAILED);
  t_own.stack = static_cast<char*>(stack);
  const stack_t other = {.ss_sp = stack, .ss_flags = 0, .ss_size = kStackBytes};
  REQUIRE(sigaltstack(&other, nullptr) == 0);
  if (!with_timer) return;
  struct sigevent event = {};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGPROF;
  event._sigev_un._tid = gettid();
  REQUIRE(timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &t_own.timer) == 0);
  const struct itimerspec often = {{0, kPeriod}, {0, kPeriod}};
  REQUIRE(timer_settime(t_own.timer, 0, &often, nullptr) == 0);
  t_own.has_timer = true;
}

void end_signals() {
  if (t_own.has_timer) timer_delete(t_own.timer);
  const sigset_t set = disturbing();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  const stack_t none = {.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  REQUIRE(sigaltstack(&none, nullptr) == 0);
  munmap(t_own.stack, kStackBytes);
}

void disturb(pthread_t thread) { pthread_kill(thread, SIGUSR2); }

void raise_signal(Worker& worker, int depth) {
  const bool was_in_handler = worker.in_handler;
  if (!was_in_handler && worker.random.below(4) == 0) renew_stack();
  worker.in_handler = true;
  t_own.depth = depth;
  if (worker.random.below(3) == 0) {
    raise_and_jump(worker);
  } else {
    t_own.way_out = nullptr;
    raise(SIGUSR1);
  }
  t_own.depth = -1;
  raise_in_turns(worker);
  worker.in_handler = was_in_handler;
}

void report_signals() { dprintf(1, "raised=%ld\nstruck=%ld\n", g_raised.load(), g_struck.load()); }

}  // namespace torture
