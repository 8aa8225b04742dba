// Calls on a private stack, for what wants more stack than a small thread has left.
#pragma once

#include <signal.h>

#include "preload/arch.h"
#include "preload/system.h"

namespace heaptally::preload {

// Calls function(argument) on the stack that ends at `top`, with signals blocked: a handler that
// has asked for the alternate stack would be put at its top, for to the kernel the thread is not
// on it, though an interrupted handler's frames may lie there. Those of faults stay as they are.
inline void call_on_private_stack(void* top, void (*function)(void*), void* argument) {
  constexpr auto bit = [](int signal) { return std::uint64_t{1} << (signal - 1); };
  constexpr std::uint64_t kBlocked =
      ~(bit(SIGSEGV) | bit(SIGBUS) | bit(SIGILL) | bit(SIGFPE) | bit(SIGTRAP) | bit(SIGSYS));
  const std::uint64_t blocked = kBlocked;
  std::uint64_t before = 0;
  const bool is_blocked =
      may_call_system() &&
      raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, reinterpret_cast<long>(&blocked),
                  reinterpret_cast<long>(&before), sizeof(before)) == 0;
  heaptally_call_on_stack(top, function, argument);
  if (is_blocked) {
    raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, reinterpret_cast<long>(&before), 0,
                sizeof(before));
  }
}

// The same for a function object without arguments.
template <class Function>
void call_on_private_stack(void* top, Function& function) {
  call_on_private_stack(
      top, [](void* argument) { (*static_cast<Function*>(argument))(); }, &function);
}

}  // namespace heaptally::preload
