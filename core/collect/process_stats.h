// What /proc tells of a running process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/types.h"

namespace heaptally {

struct MemoryUse {
  std::uint64_t rss = 0;     // bytes
  std::uint64_t mapped = 0;  // bytes of address space
};

// Zeros once the process is gone.
MemoryUse memory_use(std::int32_t pid);
// The highest RSS so far, in bytes.
std::uint64_t peak_rss(std::int32_t pid);
Nanoseconds cpu_time(std::int32_t pid);
std::int32_t parent_pid(std::int32_t pid);
// When it was made, in the kernel's ticks since boot; 0 once it is gone.
std::uint64_t birth_tick(std::int32_t pid);
// Its arguments, joined by blanks.
std::string joined_command_line(std::int32_t pid);
// What a process that has ended exited with, as wait() gives it, while its parent has not asked
// for it; else none.
std::optional<int> zombie_status(std::int32_t pid);
// The inode of its PID namespace; 0 if that cannot be read.
std::uint64_t pid_namespace(std::int32_t pid);
// The PID here of the process that has `pid` in that namespace, or in one that is not known (0);
// 0 if there is none to be seen. Of another namespace than its own /proc tells, while it lives.
std::int32_t visible_pid(std::int32_t pid, std::uint64_t pid_namespace);
std::string thread_name(std::int32_t pid, std::int32_t tid);

}  // namespace heaptally
