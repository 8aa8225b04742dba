// The blobs of a recording: a bucket's deltas, and a tally's lifetimes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/recording/model.h"

namespace heaptally {

class ZstdContexts;

using BlobView = std::span<const std::uint8_t>;

// Purpose: turns a bucket's deltas into the blob `timeline.deltas` and back, and amounts into the
//   blob `survivors.deltas`, which has the first two columns after the id alone.
//   Layout (docs/recording.md has an example): a zstd frame that states its content
//   size; within it the number of deltas n, then seven columns of n varints each:
//   id (the first as it is, then the gap to the one before, less one), allocated
//   bytes and count, freed bytes and count, temporary bytes and count.
// Threads: one at a time; it reuses its buffers and zstd contexts.
class DeltaCodec {
 public:
  DeltaCodec();
  ~DeltaCodec();
  DeltaCodec(const DeltaCodec&) = delete;
  DeltaCodec& operator=(const DeltaCodec&) = delete;

  // `deltas` ascend by id. The bytes are valid until the next call.
  BlobView encode(std::span<const TallyDelta> deltas);
  BlobView encode(std::span<const TallyAmount> amounts);

  // False if the blob is damaged, names a tally that is not below `tallies`, or
  // would unpack to more than such deltas can need.
  bool decode(BlobView blob, std::size_t tallies, std::vector<TallyDelta>& out);
  bool decode(BlobView blob, std::size_t tallies, std::vector<TallyAmount>& out);

 private:
  template <class Row>
  BlobView encode_rows(std::span<const Row> rows);
  template <class Row>
  bool decode_rows(BlobView blob, std::size_t tallies, std::vector<Row>& out);

  std::unique_ptr<ZstdContexts> contexts_;
  std::vector<std::uint8_t> plain_;
  std::vector<std::uint8_t> packed_;
};

// The blob `totals.lifetimes`: for each pair the class as one byte and the count as
// a varint, nothing before, between or after.
void encode_lifetimes(const Histogram& lifetimes, std::vector<std::uint8_t>& out);

// False if the blob is damaged: cut short, classes not ascending or above 64.
bool decode_lifetimes(BlobView blob, Histogram& out);

}  // namespace heaptally
