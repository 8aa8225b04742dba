// What /proc tells of a running process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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
std::vector<std::string> command_line(std::int32_t pid);
std::string thread_name(std::int32_t pid, std::int32_t tid);

}  // namespace heaptally
