// Notices that the program is about to restrict its own system calls.
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstdarg>

#include "preload/hook.h"
#include "preload/seccomp_hooks.h"
#include "preload/session.h"

using namespace heaptally::preload;

// The real function, for the hook in syscall_hook_x86_64.S; first what looks it up.
#define HEAPTALLY_INTERNAL __attribute__((visibility("hidden")))
extern "C" {
HEAPTALLY_INTERNAL long (*heaptally_real_syscall)(long, ...) = nullptr;
HEAPTALLY_INTERNAL void heaptally_resolve_syscall();
HEAPTALLY_INTERNAL long heaptally_seccomp(long operation, long flags, long arguments);
}

namespace {

int (*g_real_prctl)(int, ...) = nullptr;

bool is_recording() { return g_session.is_connected(); }

// While it exists a filter is being installed; if that succeeds, no system call is made again.
class FilterGuard {
 public:
  FilterGuard() : was_set_(!may_call_system()) {
    if (was_set_ || !is_recording()) return;
    can_record_ = g_session.prepare_for_filter();
    g_no_system_calls.store(true, std::memory_order_relaxed);
  }
  void finish(bool is_installed) const {
    if (!is_installed) return g_no_system_calls.store(was_set_, std::memory_order_relaxed);
    if (!can_record_ && is_recording()) g_session.stop();
  }

 private:
  bool was_set_;
  bool can_record_ = true;
};

// The time stamp counter is about to be taken from the program: nothing more is recorded,
// which is counted, unless that fails.
class NoCounterGuard {
 public:
  NoCounterGuard() : stage_(g_session.stage()), was_recording_(is_recording()) {
    if (was_recording_) g_session.stop();
  }
  void finish(bool is_taken) const {
    if (!was_recording_) return;
    if (!is_taken) {
      g_session.change(Stage::kOff, stage_);
      return;
    }
    g_session.counters().lost_events.fetch_add(1, std::memory_order_relaxed);
  }

 private:
  Stage stage_;
  bool was_recording_;
};

template <class Guard, class Call>
auto guarded(Call call) {
  const Guard guard;
  const auto result = call();
  // With a listener the result of a seccomp call is a descriptor.
  guard.finish(result >= 0);
  return result;
}

}  // namespace

void heaptally_resolve_syscall() { resolve_next(heaptally_real_syscall, "syscall"); }

long heaptally_seccomp(long operation, long flags, long arguments) {
  const auto call = [&] {
    return heaptally_real_syscall(SYS_seccomp, operation, flags, arguments);
  };
  // In strict mode reading the counter is not allowed, either.
  if (operation == SECCOMP_SET_MODE_STRICT) return guarded<NoCounterGuard>(call);
  if (operation == SECCOMP_SET_MODE_FILTER) return guarded<FilterGuard>(call);
  return call();
}

void heaptally::preload::resolve_seccomp_functions() {
  heaptally_resolve_syscall();
  resolve_next(g_real_prctl, "prctl");
}

HEAPTALLY_HOOK int prctl(int option, ...) {
  va_list list;
  va_start(list, option);
  const auto a = va_arg(list, unsigned long);
  const auto b = va_arg(list, unsigned long);
  const auto c = va_arg(list, unsigned long);
  const auto d = va_arg(list, unsigned long);
  va_end(list);
  if (g_real_prctl == nullptr) resolve_seccomp_functions();
  const auto call = [&] { return g_real_prctl(option, a, b, c, d); };
  const bool is_strict = option == PR_SET_SECCOMP && a == SECCOMP_MODE_STRICT;
  const bool takes_counter = option == PR_SET_TSC && a == PR_TSC_SIGSEGV;
  if (is_strict || takes_counter) return guarded<NoCounterGuard>(call);
  if (option == PR_SET_SECCOMP) return guarded<FilterGuard>(call);
  return call();
}

// For syscall_hook_x86_64.S, whatever its usual name stands for.
asm(".globl heaptally_prctl\n.hidden heaptally_prctl\n.set heaptally_prctl, prctl");
