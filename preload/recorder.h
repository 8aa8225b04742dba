// What the hooks call: one event each. Errno is kept, nothing is allocated, no lock is held
// across a call into the allocator, the loader or libunwind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "preload/thread.h"

namespace heaptally::preload {

// `block` was just allocated with `size` bytes by the hook whose frame address is given.
void record_allocation(const void* block, std::size_t size, const void* hook_frame);

// `block` is about to be freed by a hook that was called from `caller`.
void record_free(const void* block, const void* caller, const void* hook_frame);

// A realloc in progress: made before the real call, finished after it. While it exists,
// the collector holds back all events later than its beginning.
class ReallocationRecord {
 public:
  ReallocationRecord(const void* block, std::size_t size, const void* hook_frame);

  // `moved`: what realloc returned; `happened`: false if it failed and the old block lives on.
  void finish(const void* moved, bool happened);

 private:
  // Held from beginning to end: a signal handler meanwhile must not use this channel.
  std::optional<HookGuard> guard_;
  bool is_open_ = false;    // the ring is; else there is nothing to finish
  bool is_traced_ = false;  // the new block is to be recorded
  const void* block_;
  std::size_t size_;
  std::uint64_t before_ = 0;
  std::uint32_t trace_ = 0;
  const void* hook_frame_;
};

// Tells something about a process; what it means is said at wire::NoteKind. Of a text longer
// than wire::kMaxNoteText the end is told. `hook_frame` as above.
void record_note(wire::NoteKind kind, std::uint32_t pid, std::uint32_t value, const char* text,
                 const void* hook_frame);

}  // namespace heaptally::preload
