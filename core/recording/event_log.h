// The event log: every allocation of a run, and what became of it. `record --log` makes one.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/types.h"

namespace heaptally {

enum class LogKind : std::uint8_t {
  kAllocated = 0,
  kFreed = 1,
  kFreedTemporary = 2,  // by the thread that allocated it, which allocated nothing in between
  kEnded = 3,           // it was live as its process image ended: nobody freed it
};

// As the collector tells it: a block is known by its address in its process image. An image that
// ends is one event, without an address, and stands for one of each block that is live in it.
struct RawEvent {
  Nanoseconds time{0};
  std::uint64_t address = 0;         // below 2^48
  std::uint64_t size = 0;            // of kAllocated; below 2^48
  TallyId tally{};                   // of kAllocated
  std::uint32_t image_and_kind = 0;  // a number of 30 bits, and a LogKind

  std::uint32_t image() const { return image_and_kind >> 2; }
  LogKind kind() const { return static_cast<LogKind>(image_and_kind & 3); }

  static RawEvent allocated(Nanoseconds time, std::uint32_t image, std::uint64_t address,
                            std::uint64_t size, TallyId tally) {
    return {time, address, size, tally, image << 2};
  }
  static RawEvent freed(Nanoseconds time, std::uint32_t image, std::uint64_t address,
                        bool temporary) {
    const LogKind kind = temporary ? LogKind::kFreedTemporary : LogKind::kFreed;
    return {time, address, 0, {}, image << 2 | static_cast<std::uint32_t>(kind)};
  }
  static RawEvent ended(Nanoseconds time, std::uint32_t image) {
    return {time, 0, 0, {}, image << 2 | static_cast<std::uint32_t>(LogKind::kEnded)};
  }
};
static_assert(sizeof(RawEvent) == 32);

// As the file has it: blocks are numbered from 0 in the order in which they were allocated, those
// of all processes together.
struct LogEvent {
  Nanoseconds time{0};
  std::uint64_t block = 0;
  LogKind kind{};
};

struct LogBlock {
  Nanoseconds birth{0};
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  TallyId tally{};
};

// What a chunk of the log holds. Events are numbered like blocks.
struct LogExtent {
  std::uint64_t first_event = 0;
  std::uint64_t events = 0;  // at least 1
  std::uint64_t first_block = 0;
  std::uint64_t blocks = 0;  // those that were allocated in it
  Nanoseconds start{0};      // of its first event
  Nanoseconds end{0};        // of its last one
};

// Some of the log's events, in order of time. Those that are not kAllocated may be of blocks that
// earlier chunks hold.
struct LogChunk {
  LogExtent extent;
  std::vector<LogEvent> events;
  std::vector<LogBlock> blocks;
};

// Returns whether to go on.
using ChunkVisitor = std::function<bool(const LogChunk&)>;
using BlockVisitor = std::function<void(std::uint64_t block, const LogBlock&)>;

}  // namespace heaptally
