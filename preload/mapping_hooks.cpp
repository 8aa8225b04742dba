// Every hook of the functions that map memory. Each calls the real one, and has the event recorded
// if that succeeded; errno is as the real one leaves it. What libc and the loader map for
// themselves (malloc, threads' stacks, libraries) does not come by here, nor do the shim's own
// mappings: all of them are bare system calls.
//
// Order matters, as in hooks.cpp: what is mapped is recorded after the real call, and what is
// unmapped before it. Mappings from before the shim's constructor are not recorded.
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>

#include "preload/domain_recorder.h"
#include "preload/hook.h"
#include "preload/mapping_hooks.h"
#include "preload/system.h"

using namespace heaptally;
using namespace heaptally::preload;

namespace {

void* (*g_real_mmap)(void*, std::size_t, int, int, int, off_t) = nullptr;
int (*g_real_munmap)(void*, std::size_t) = nullptr;
void* (*g_real_mremap)(void*, std::size_t, std::size_t, int, ...) = nullptr;
int (*g_real_brk)(void*) = nullptr;
void* (*g_real_sbrk)(std::intptr_t) = nullptr;

// As libc returns what a system call did.
long with_errno(long result) {
  if (result >= 0 || result <= -4096) return result;
  errno = static_cast<int>(-result);
  return -1;
}

std::uint64_t address_of(const void* start) { return reinterpret_cast<std::uint64_t>(start); }

// Whole pages are mapped. 0 where there are none, or too many.
std::uint64_t whole_pages(std::size_t bytes) {
  return (bytes + (wire::kPage - 1)) & ~(wire::kPage - 1);
}

// What the kernel refuses at once.
bool can_be_unmapped(const void* start, std::size_t bytes) {
  const std::uint64_t address = address_of(start);
  return address % wire::kPage == 0 && whole_pages(bytes) != 0 &&
         address + whole_pages(bytes) > address;
}

void* map(void* start, std::size_t bytes, int protection, int flags, int fd, off_t offset,
          const void* hook_frame) {
  void* const mapped = g_real_mmap != nullptr
                           ? g_real_mmap(start, bytes, protection, flags, fd, offset)
                           : reinterpret_cast<void*>(with_errno(raw_syscall(
                                 SYS_mmap, reinterpret_cast<long>(start), static_cast<long>(bytes),
                                 protection, flags, fd, offset)));
  if (mapped != MAP_FAILED) record_mapping(address_of(mapped), whole_pages(bytes), hook_frame);
  return mapped;
}

void* call_mremap(void* old_start, std::size_t old_bytes, std::size_t new_bytes, int flags,
                  void* new_start) {
  if (g_real_mremap != nullptr) {
    return g_real_mremap(old_start, old_bytes, new_bytes, flags, new_start);
  }
  return reinterpret_cast<void*>(with_errno(
      raw_syscall(SYS_mremap, reinterpret_cast<long>(old_start), static_cast<long>(old_bytes),
                  static_cast<long>(new_bytes), flags, reinterpret_cast<long>(new_start))));
}

// The break is libc's: it remembers where it is.
bool have_break() {
  if (g_real_brk == nullptr || g_real_sbrk == nullptr) resolve_mapping_functions();
  return g_real_brk != nullptr && g_real_sbrk != nullptr;
}

// The break is about to move from `from`; `move()` moves it, and tells whether it did.
template <class Move>
void record_break(std::uint64_t from, std::uint64_t to, const void* hook_frame, Move move) {
  if (to < from) record_unmapping(to, from - to, hook_frame);
  const bool has_moved = move();
  if (to < from && !has_moved) note_failed_unmapping();
  if (to > from && has_moved) record_mapping(from, to - from, hook_frame);
}

}  // namespace

void heaptally::preload::resolve_mapping_functions() {
  resolve_next(g_real_mmap, "mmap");
  resolve_next(g_real_munmap, "munmap");
  resolve_next(g_real_mremap, "mremap");
  resolve_next(g_real_brk, "brk");
  resolve_next(g_real_sbrk, "sbrk");
}

HEAPTALLY_HOOK void* mmap(void* start, std::size_t bytes, int protection, int flags, int fd,
                          off_t offset) {
  return map(start, bytes, protection, flags, fd, offset, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK void* mmap64(void* start, std::size_t bytes, int protection, int flags, int fd,
                            off64_t offset) {
  return map(start, bytes, protection, flags, fd, offset, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK int munmap(void* start, std::size_t bytes) {
  const bool is_sound = can_be_unmapped(start, bytes);
  if (is_sound) record_unmapping(address_of(start), whole_pages(bytes), HEAPTALLY_HOOK_FRAME);
  const int result =
      g_real_munmap != nullptr
          ? g_real_munmap(start, bytes)
          : static_cast<int>(with_errno(
                raw_syscall(SYS_munmap, reinterpret_cast<long>(start), static_cast<long>(bytes))));
  if (is_sound && result != 0) note_failed_unmapping();
  return result;
}

HEAPTALLY_HOOK void* mremap(void* old_start, std::size_t old_bytes, std::size_t new_bytes,
                            int flags, ...) {
  va_list list;
  va_start(list, flags);
  void* const new_start = (flags & MREMAP_FIXED) != 0 ? va_arg(list, void*) : nullptr;
  va_end(list);
  RemappingRecord record(HEAPTALLY_HOOK_FRAME);
  void* const moved = call_mremap(old_start, old_bytes, new_bytes, flags, new_start);
  if (moved == MAP_FAILED) {
    record.finish(0, 0, 0, 0);
    return moved;
  }
  // Of no old bytes it makes a second view of a shared mapping; the old one can also be kept.
  const bool is_kept = (flags & MREMAP_DONTUNMAP) != 0;
  record.finish(address_of(old_start), is_kept ? 0 : whole_pages(old_bytes), address_of(moved),
                whole_pages(new_bytes));
  return moved;
}

HEAPTALLY_HOOK int brk(void* to) {
  if (!have_break()) {
    errno = ENOMEM;
    return -1;
  }
  int result = -1;
  record_break(address_of(g_real_sbrk(0)), address_of(to), HEAPTALLY_HOOK_FRAME, [&] {
    result = g_real_brk(to);
    return result == 0;
  });
  return result;
}

HEAPTALLY_HOOK void* sbrk(std::intptr_t increment) {
  void* const failed = reinterpret_cast<void*>(-1);
  if (!have_break()) {
    errno = ENOMEM;
    return failed;
  }
  if (increment == 0) return g_real_sbrk(0);
  const std::uint64_t from = address_of(g_real_sbrk(0));
  void* result = failed;
  record_break(from, from + static_cast<std::uint64_t>(increment), HEAPTALLY_HOOK_FRAME, [&] {
    result = g_real_sbrk(increment);
    return result != failed;
  });
  return result;
}
