// TraceMemo: the traces that one thread looked up last.
#pragma once

#include <cstddef>
#include <cstdint>

#include "preload/trace_table.h"

namespace heaptally::preload {

// Purpose: saves most look-ups in the table that all processes of a program share.
// Owner: an Unwinder; lives in private mapped memory that is zero at first. A trace never
//   changes its id, so nothing here ever grows stale.
// Threads: one at a time. A signal handler may leave by longjmp.
class TraceMemo {
 public:
  static constexpr std::size_t kBufferBytes = 64 * 1024;

  void set_up(char* buffer) { entries_ = reinterpret_cast<Entry*>(buffer); }

  // As trace_table's intern().
  wire::TraceIndex intern(wire::TraceIndex parent, wire::FrameKey key, wire::TraceIndex& spare) {
    Entry& entry = entries_[((key ^ parent) * 0x9e3779b97f4a7c15) >> (64 - kBits)];
    if (entry.key == key && entry.parent == parent && entry.trace != 0) [[likely]]
      return entry.trace;
    const wire::TraceIndex trace = preload::intern(parent, key, spare);
    if (trace == parent) return trace;
    entry.trace = 0;
    asm volatile("" ::: "memory");
    entry.key = key;
    entry.parent = parent;
    asm volatile("" ::: "memory");
    entry.trace = trace;
    return trace;
  }

 private:
  struct Entry {
    wire::FrameKey key;
    wire::TraceIndex parent;
    wire::TraceIndex trace;  // 0: the entry is empty
  };
  static constexpr int kBits = 12;
  static_assert((std::size_t{1} << kBits) * sizeof(Entry) == kBufferBytes);

  Entry* entries_;
};

}  // namespace heaptally::preload
