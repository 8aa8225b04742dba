// Where the event log of a recording comes from.
#pragma once

#include <functional>
#include <span>

#include "core/recording/event_log.h"

namespace heaptally {

// Of a recording without a log both are null.
struct EventSource {
  // Calls the visitor with the chunks that end at the time or later, in order, while it returns
  // true.
  std::function<void(Nanoseconds from, const ChunkVisitor&)> chunks;
  // Calls it with each of the blocks, whose numbers ascend.
  std::function<void(std::span<const std::uint64_t> blocks, const BlockVisitor&)> blocks;

  explicit operator bool() const { return chunks != nullptr; }
};

}  // namespace heaptally
