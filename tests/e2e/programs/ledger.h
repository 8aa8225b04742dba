// Ledger: what a test program knows of its own allocations, line by line.
//
// Static memory and atomics only: keeping the books allocates nothing.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

namespace ledger {

inline constexpr std::size_t kMaxSites = 64;

// An allocation that is live: where it is, and who made it at which line.
struct Block {
  void* data = nullptr;
  std::size_t size = 0;
  std::uint32_t site = 0;
  std::uint32_t thread = 0;
};

struct Count {
  std::atomic<std::uint64_t> bytes{0}, count{0};

  void add(std::size_t size) {
    bytes.fetch_add(size);
    count.fetch_add(1);
  }
  void remove(std::size_t size) {
    bytes.fetch_sub(size);
    count.fetch_sub(1);
  }
  void copy_from(const Count& other) {
    bytes.store(other.bytes.load());
    count.store(other.count.load());
  }
};

struct Site {
  Count total, temporary, live, at_peak;
};

inline Site g_sites[kMaxSites];
inline std::atomic<std::uint64_t> g_live{0}, g_most_live{0};
inline thread_local std::uint32_t t_thread = 0;
inline thread_local const void* t_last = nullptr;  // the thread's last allocation, if not freed

[[noreturn]] inline void fail(const char* what) {
  dprintf(STDERR_FILENO, "ledger: %s\n", what);
  _exit(99);
}

inline void require(bool condition, const char* what) {
  if (!condition) fail(what);
}

// After an allocation. The compiler must not know what becomes of the block, or it would
// drop the pair of allocation and free.
inline Block allocated(std::uint32_t site, void* data, std::size_t size) {
  asm volatile("" : "+r"(data) : : "memory");
  require(data != nullptr, "out of memory");
  g_sites[site].total.add(size);
  g_sites[site].live.add(size);
  const std::uint64_t live = g_live.fetch_add(size) + size;
  std::uint64_t most = g_most_live.load();
  while (live > most && !g_most_live.compare_exchange_weak(most, live)) {
  }
  t_last = data;
  return {data, size, site, t_thread};
}

// Before a free, or a realloc that will succeed. Temporary: its thread has not allocated since.
inline void leaves(const Block& block) {
  g_sites[block.site].live.remove(block.size);
  g_live.fetch_sub(block.size);
  if (t_last != block.data) return;
  if (block.thread == t_thread) g_sites[block.site].temporary.add(block.size);
  t_last = nullptr;
}

// The thread allocates in a way that is not in the books.
inline void something_else_allocated() { t_last = nullptr; }

// Now, while nobody allocates or frees, is the peak.
inline void this_is_the_peak() {
  for (Site& site : g_sites) site.at_peak.copy_from(site.live);
}

inline void print(const char* name, const char* what, const Count& count) {
  char text[200];
  const int length = std::snprintf(text, sizeof(text), "%s.%s_bytes=%llu\n%s.%s_count=%llu\n", name,
                                   what, static_cast<unsigned long long>(count.bytes.load()), name,
                                   what, static_cast<unsigned long long>(count.count.load()));
  require(write(STDOUT_FILENO, text, static_cast<std::size_t>(length)) == length, "cannot write");
}

inline void print(const char* name, std::uint64_t value) {
  char text[200];
  const int length =
      std::snprintf(text, sizeof(text), "%s=%llu\n", name, static_cast<unsigned long long>(value));
  require(write(STDOUT_FILENO, text, static_cast<std::size_t>(length)) == length, "cannot write");
}

inline void print_site(std::uint32_t site, const char* name) {
  print(name, "total", g_sites[site].total);
  print(name, "temporary", g_sites[site].temporary);
  print(name, "peak", g_sites[site].at_peak);
  print(name, "end", g_sites[site].live);
}

}  // namespace ledger
