// When a process begins to exit. exit() is hooked. A return from main is not a call that could be:
// libc's start function calls its own exit. But the first thing that exit does is to destroy the
// thread-local objects of its thread, so such an object is registered just before main, by a
// function that libc is given in main's place, and that leaves no frame (start_hooks_x86_64.S).
#include "preload/exit_mark.h"

#include <atomic>
#include <cstdlib>

#include "preload/hook.h"
#include "preload/recorder.h"
#include "preload/session.h"

using namespace heaptally;
using namespace heaptally::preload;

// For start_hooks_x86_64.S.
#define HEAPTALLY_INTERNAL __attribute__((visibility("hidden")))
extern "C" {
HEAPTALLY_INTERNAL int (*heaptally_real_start_main)() = nullptr;
HEAPTALLY_INTERNAL void (*heaptally_real_exit)(int) = nullptr;
HEAPTALLY_INTERNAL void* heaptally_real_main = nullptr;
HEAPTALLY_INTERNAL bool heaptally_marks_exit = false;
HEAPTALLY_INTERNAL void heaptally_resolve_start();
HEAPTALLY_INTERNAL void heaptally_begin_main();
HEAPTALLY_INTERNAL void heaptally_begin_exit();

int __cxa_thread_atexit_impl(void (*destroy)(void*), void* object, void* dso);
extern HEAPTALLY_INTERNAL void* __dso_handle;
}

namespace {

// 1 + the forks of the process that has set its mark.
std::atomic<std::uint32_t> g_marked{0};

// Tells of the beginning, the first time, and of what comes next.
__attribute__((noinline)) void tell(bool frees_own_block) {
  if (!g_session.is_connected() || !g_session.in_own_process()) return;
  // A vfork child exits in its parent's memory.
  if (may_call_system() && current_pid() != g_session.pid()) return;
  const std::uint32_t self = g_session.forks() + 1;
  const bool is_first = g_marked.exchange(self, std::memory_order_relaxed) != self;
  if (!is_first && !frees_own_block) return;
  record_note(wire::NoteKind::kExit, g_session.pid(),
              (is_first ? wire::kExitBegins : 0) | (frees_own_block ? wire::kExitFreesOwn : 0), "",
              HEAPTALLY_HOOK_FRAME);
}

}  // namespace

void heaptally_resolve_start() {
  resolve_next(heaptally_real_start_main, "__libc_start_main");
  resolve_next(heaptally_real_exit, "exit");
}

// What libc allocates for the object is not the program's; it frees that once the object is gone.
void heaptally_begin_main() {
  {
    const RealCall call(HEAPTALLY_HOOK_FRAME);
    __cxa_thread_atexit_impl([](void*) { tell(true); }, nullptr, &__dso_handle);
  }
  // For a process whose first thread ended before the others.
  on_exit([](int, void*) { tell(false); }, nullptr);
}

void heaptally_begin_exit() { tell(false); }

namespace heaptally::preload {

void resolve_start_functions() { heaptally_resolve_start(); }

void mark_exits() { heaptally_marks_exit = true; }

void begin_exit() {
  if (heaptally_marks_exit) tell(false);
}

}  // namespace heaptally::preload
