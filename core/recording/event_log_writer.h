// EventLogWriter: stores the event log, chunk by chunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>

#include "core/recording/block_table.h"
#include "core/recording/event_codec.h"
#include "core/recording/event_log.h"
#include "core/recording/sqlite.h"

namespace heaptally {

// Purpose: numbers blocks, finds by its address which one a free is of, and stores chunks of 65,536
//   events. The last chunk is stored again, longer, until it is full, so that a slow program does
//   not make many small ones.
// Memory: one chunk, and 16 to 52 bytes for each live block.
// Threads: the writer's, one at a time.
// Errors: Error for events that cannot be: a free of a block that is not live, an allocation of one
//   that is, or one before the last.
class EventLogWriter {
 public:
  explicit EventLogWriter(sqlite::Database& db) : db_(db) {}

  // `tallies`: how many there are. In the caller's transaction, here and below.
  void add(std::span<const RawEvent> events, std::size_t tallies);
  // Whether store() has anything to do.
  bool is_pending() const { return is_pending_; }
  // Stores the chunk that is not full yet.
  void store();

 private:
  static constexpr std::size_t kEventsInChunk = 65536;
  static_assert(kEventsInChunk <= kMostEventsInChunk);

  void require(bool holds, const char* broken) const;
  BlockTable& table_of(std::uint32_t image);
  void allocate(const RawEvent& event);
  void end_image(const RawEvent& event);
  void append(Nanoseconds time, std::uint64_t block, LogKind kind);

  sqlite::Database& db_;
  sqlite::Statement put_{db_, "REPLACE INTO events VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
  EventCodec codec_;
  LogChunk chunk_;
  bool is_pending_ = false;
  Nanoseconds last_{0};
  // By image; and the one that was asked for last.
  std::unordered_map<std::uint32_t, BlockTable> live_;
  std::uint32_t last_image_ = 0;
  BlockTable* last_table_ = nullptr;
};

}  // namespace heaptally
