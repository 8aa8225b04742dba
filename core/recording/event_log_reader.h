// EventLogReader: the event log of a recording, chunk by chunk.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/recording/event_codec.h"
#include "core/recording/event_log.h"
#include "core/recording/sqlite.h"

namespace heaptally {

// Purpose: finds chunks by time or by block and unpacks one at a time.
// Threads: one at a time. Errors: Error if the log is damaged.
class EventLogReader {
 public:
  // Reads where the chunks are; their data too, if the file will not stay open.
  void load(sqlite::Database& db, bool with_data);

  // Those that end at `from` or later, in order, while `visit` returns true. `db`: the file; not
  // looked at if the data was loaded, and may be null then.
  void for_each_chunk(sqlite::Database* db, std::span<const TallyKey> tallies, Nanoseconds from,
                      const ChunkVisitor& visit);
  // `blocks` ascend.
  void for_each_block(sqlite::Database* db, std::span<const TallyKey> tallies,
                      std::span<const std::uint64_t> blocks, const BlockVisitor& visit);

 private:
  void check(const LogExtent& extent) const;
  const LogChunk& chunk(sqlite::Database* db, std::span<const TallyKey> tallies, std::size_t index);

  std::string subject_;
  std::vector<LogExtent> extents_;
  std::vector<std::vector<std::uint8_t>> data_;  // of each, or of none
  EventCodec codec_;
  LogChunk chunk_;
};

}  // namespace heaptally
