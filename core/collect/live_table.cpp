#include "core/collect/live_table.h"

#include <utility>

namespace heaptally {

void LiveTable::Shard::grow() {
  Shard larger;
  larger.buckets.resize(buckets.empty() ? kFirstBuckets : buckets.size() + buckets.size() / 4);
  for_each([&](const LiveBlock& block) { larger.put(block, hash_of(block.address)); });
  *this = std::move(larger);
}

// The shard of the hash, with room for one more.
LiveTable::Shard& LiveTable::make_room(std::uint64_t hash) {
  if (shard_mask_ == 0 && count_ >= kMostInOneShard) spread();
  Shard& shard = shard_of(hash);
  if (shard.is_full()) shard.grow();
  return shard;
}

// From one shard to many; there are few blocks yet.
void LiveTable::spread() {
  const Shard all = std::exchange(shards_[0], {});
  shard_mask_ = kShards - 1;
  all.for_each([&](const LiveBlock& block) {
    const std::uint64_t hash = hash_of(block.address);
    Shard& shard = shard_of(hash);
    if (shard.is_full()) shard.grow();
    shard.put(block, hash);
  });
}

}  // namespace heaptally
