// Events from before the constructor: the loader's own, mostly. There is one thread then.
#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/events.h"

namespace heaptally::preload {

class EarlyLog {
 public:
  void add(wire::EventKind kind, const void* block, std::size_t size, std::uint64_t caller);

  // An event that was seen before it could even be added.
  void note_lost() { ++lost_; }

  // What was added since a mark can be taken out again.
  std::size_t mark() const { return count_; }
  void cut_back_to(std::size_t mark) { count_ = mark; }

  // Sends all of it through the calling thread's ring, each with its caller as the stack.
  void flush();
  void discard();

 private:
  struct Entry {
    wire::EventKind kind;
    const void* block;
    std::size_t size;
    std::uint64_t caller;
  };
  static constexpr std::size_t kEntries = 65536;

  Entry* entries_ = nullptr;  // mapped for the first one, unmapped after the flush
  std::size_t count_ = 0;
  std::size_t lost_ = 0;
};

extern EarlyLog g_early_log;

}  // namespace heaptally::preload
