// SignalBlock: signals of this thread wait while it lives.
#pragma once

#include <signal.h>

#include <cstdint>

#include "preload/system.h"

namespace heaptally::preload {

// Those of faults stay as they are. Nothing is blocked where the shim may not call the system.
class SignalBlock {
 public:
  SignalBlock() {
    constexpr auto bit = [](int signal) { return std::uint64_t{1} << (signal - 1); };
    const std::uint64_t blocked =
        ~(bit(SIGSEGV) | bit(SIGBUS) | bit(SIGILL) | bit(SIGFPE) | bit(SIGTRAP) | bit(SIGSYS));
    is_blocked_ = may_call_system() &&
                  raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, reinterpret_cast<long>(&blocked),
                              reinterpret_cast<long>(&before_), sizeof(before_)) == 0;
  }
  ~SignalBlock() {
    if (!is_blocked_) return;
    raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, reinterpret_cast<long>(&before_), 0,
                sizeof(before_));
  }
  SignalBlock(const SignalBlock&) = delete;
  SignalBlock& operator=(const SignalBlock&) = delete;

 private:
  std::uint64_t before_ = 0;
  bool is_blocked_ = false;
};

}  // namespace heaptally::preload
