// System calls as the shim makes them: without errno, without libc's locks.
#pragma once

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "preload/arch.h"

namespace heaptally::preload {

// Set for good once the program installs a seccomp filter: from then on a system call that the
// program does not make itself may be its end. What would need one is not recorded, and counted.
extern constinit std::atomic<bool> g_no_system_calls;
inline bool may_call_system() { return !g_no_system_calls.load(std::memory_order_relaxed); }

inline std::uint32_t current_tid() { return static_cast<std::uint32_t>(raw_syscall(SYS_gettid)); }
inline std::uint32_t current_pid() { return static_cast<std::uint32_t>(raw_syscall(SYS_getpid)); }

// Bytes that are mapped by the functions below, and by those that were it in the processes that
// this one was forked from.
extern constinit std::atomic<std::size_t> g_mapped_bytes;

// nullptr on failure.
inline void* as_address(long result) {
  return result < 0 && result > -4096 ? nullptr : reinterpret_cast<void*>(result);
}

inline void* map_private(std::size_t bytes) {
  if (!may_call_system()) return nullptr;
  void* memory =
      as_address(raw_syscall(SYS_mmap, 0, static_cast<long>(bytes), PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  if (memory != nullptr) {
    g_mapped_bytes.fetch_add(bytes, std::memory_order_relaxed);
    raw_syscall(SYS_madvise, reinterpret_cast<long>(memory), static_cast<long>(bytes),
                MADV_DONTDUMP);
  }
  return memory;
}

inline void* map_shared(int fd, std::uint64_t offset, std::size_t bytes) {
  void* memory =
      as_address(raw_syscall(SYS_mmap, 0, static_cast<long>(bytes), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_NORESERVE, fd, static_cast<long>(offset)));
  if (memory != nullptr) {
    g_mapped_bytes.fetch_add(bytes, std::memory_order_relaxed);
    raw_syscall(SYS_madvise, reinterpret_cast<long>(memory), static_cast<long>(bytes),
                MADV_DONTDUMP);
  }
  return memory;
}

inline void unmap(void* memory, std::size_t bytes) {
  g_mapped_bytes.fetch_sub(bytes, std::memory_order_relaxed);
  raw_syscall(SYS_munmap, reinterpret_cast<long>(memory), static_cast<long>(bytes));
}

// Maps what lies behind a shared mapping of `bytes`: the next `more` bytes of the same
// file, at a place of the kernel's choice. Needs no descriptor.
inline void* map_beyond(void* memory, std::size_t bytes, std::size_t more) {
  if (!may_call_system()) return nullptr;
  void* both = as_address(raw_syscall(SYS_mremap, reinterpret_cast<long>(memory), 0,
                                      static_cast<long>(bytes + more), MREMAP_MAYMOVE));
  if (both == nullptr) return nullptr;
  g_mapped_bytes.fetch_add(bytes + more, std::memory_order_relaxed);
  unmap(both, bytes);
  return static_cast<char*>(both) + bytes;
}

inline void futex_wait(std::atomic<std::uint32_t>* word, std::uint32_t expected,
                       std::int64_t nanoseconds) {
  if (!may_call_system()) return;
  timespec timeout = {nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  raw_syscall(SYS_futex, reinterpret_cast<long>(word), FUTEX_WAIT, expected,
              reinterpret_cast<long>(&timeout));
}

inline void futex_wake(std::atomic<std::uint32_t>* word) {
  if (!may_call_system()) return;
  raw_syscall(SYS_futex, reinterpret_cast<long>(word), FUTEX_WAKE, 1);
}

// Whether the word at an aligned address can be read. The kernel copies a signal set from
// there before it finds that what is to be done with it makes no sense. Null would mean that
// there is no set to copy.
inline bool is_readable_memory(std::uint64_t address) {
  constexpr long kNoSuchChange = -1, kBadAddress = -14;
  return address != 0 && may_call_system() &&
         raw_syscall(SYS_rt_sigprocmask, kNoSuchChange, static_cast<long>(address), 0,
                     sizeof(std::uint64_t)) != kBadAddress;
}

inline bool thread_is_dead(std::uint32_t tid) {
  return raw_syscall(SYS_tgkill, current_pid(), tid, 0) == -3;  // ESRCH
}

// clock_gettime is a vDSO call: no system call, no errno on success.
inline std::uint64_t monotonic_nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace heaptally::preload
