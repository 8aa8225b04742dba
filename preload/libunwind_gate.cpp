#include "preload/libunwind_gate.h"

#include <atomic>

#include "preload/libunwind.h"
#include "preload/system.h"

namespace heaptally::preload {
namespace {

// Threads that may hold libunwind's own lock.
constinit std::atomic<std::uint32_t> g_threads_inside{0};
constinit std::atomic<bool> g_lock_is_lost{false};

// Threads that are about to fork: others stay out until they have.
constinit std::atomic<std::uint32_t> g_forks_pending{0};

// How long threads and forks wait for one another at most.
constexpr int kNaps = 1000;
inline void nap() {
  const timespec time = {0, 20'000};
  raw_syscall(SYS_nanosleep, reinterpret_cast<long>(&time));
}

}  // namespace

InsideLibunwind::InsideLibunwind() {
  // Either a forking thread sees this one inside, or this one sees that it is about to fork.
  g_threads_inside.fetch_add(1, std::memory_order_seq_cst);
  for (int i = 0; i < kNaps && g_forks_pending.load(std::memory_order_seq_cst) != 0; ++i) {
    g_threads_inside.fetch_sub(1, std::memory_order_seq_cst);
    nap();
    g_threads_inside.fetch_add(1, std::memory_order_seq_cst);
  }
}

InsideLibunwind::~InsideLibunwind() { g_threads_inside.fetch_sub(1, std::memory_order_acq_rel); }

bool may_call_libunwind() {
  return may_call_system() && !g_lock_is_lost.load(std::memory_order_relaxed);
}

void note_fork_in_libunwind() {
  g_forks_pending.store(0, std::memory_order_relaxed);
  // A handler that forks runs in none of them itself: libunwind blocks signals under its lock.
  if (g_threads_inside.exchange(0, std::memory_order_relaxed) != 0) {
    g_lock_is_lost.store(true, std::memory_order_relaxed);
  }
}

void keep_out_of_libunwind() {
  g_forks_pending.fetch_add(1, std::memory_order_seq_cst);
  if (!may_call_system()) return;
  for (int i = 0; i < kNaps && g_threads_inside.load(std::memory_order_seq_cst) != 0; ++i) nap();
}

void let_into_libunwind() { g_forks_pending.fetch_sub(1, std::memory_order_seq_cst); }

}  // namespace heaptally::preload
