// The blobs of the table `events`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/recording/delta_codec.h"
#include "core/recording/event_log.h"
#include "core/recording/model.h"

namespace heaptally {

class ZstdContexts;

// The most events that a chunk may have.
inline constexpr std::uint64_t kMostEventsInChunk = std::uint64_t{1} << 20;

// Purpose: turns a chunk of the log into the blob `events.data` and back. docs/recording.md has the
//   layout: a zstd frame a column, of varints that say how an event differs from what was expected
//   of it (EventModel).
// Threads: one at a time; it reuses its buffers and zstd contexts.
class EventCodec {
 public:
  EventCodec();
  ~EventCodec();
  EventCodec(const EventCodec&) = delete;
  EventCodec& operator=(const EventCodec&) = delete;

  // The bytes are valid until the next call.
  BlobView encode(const LogChunk& chunk);

  // False if the blob is damaged: it does not have what `extent` says, names a tally that is not
  // there, a size that is not of its tally, or a block that is not there yet.
  bool decode(BlobView blob, const LogExtent& extent, std::span<const TallyKey> tallies,
              LogChunk& out);

 private:
  // In the order of the blob.
  enum Column { kKinds, kTimes, kTallies, kSizes, kAddresses, kFar, kFrees, kColumns };
  class Cursor;

  void add_block(class EventModel& model, const LogBlock& block);
  bool unpack(BlobView blob, const LogExtent& extent);
  bool decode_events(const LogExtent& extent, std::span<const TallyKey> tallies, LogChunk& out);

  std::unique_ptr<ZstdContexts> contexts_;
  std::array<std::vector<std::uint8_t>, kColumns> columns_;
  std::vector<std::uint8_t> packed_;
};

}  // namespace heaptally
