#include "core/collect/live_table.h"

#include <utility>

namespace heaptally {

void LiveTable::Shard::grow() {
  std::vector<LiveBlock> old(slots.empty() ? kFirstSlots : slots.size() + slots.size() / 2);
  std::swap(old, slots);
  for (const LiveBlock& block : old) {
    if (block.address == 0) continue;
    std::size_t i = home_of(hash_of(block.address));
    while (slots[i].address != 0) i = next(i);
    slots[i] = block;
  }
}

LiveBlock& LiveTable::insert(std::uint64_t address, bool& existed) {
  const std::uint64_t hash = hash_of(address);
  Shard& shard = shard_of(hash);
  if (8 * (shard.count + 1) > 7 * shard.slots.size()) shard.grow();
  std::size_t i = shard.home_of(hash);
  while (shard.slots[i].address != 0 && shard.slots[i].address != address) i = shard.next(i);
  LiveBlock& block = shard.slots[i];
  existed = block.address == address;
  if (!existed) {
    block.address = address;
    ++shard.count;
    ++count_;
  }
  return block;
}

// Moves later blocks of the run back, so that no search meets a hole before its block.
void LiveTable::Shard::close_gap(std::size_t gap) {
  for (std::size_t i = next(gap); slots[i].address != 0; i = next(i)) {
    const std::size_t home = home_of(hash_of(slots[i].address));
    const bool home_is_after_gap = gap <= i ? (gap < home && home <= i) : (gap < home || home <= i);
    if (home_is_after_gap) continue;
    slots[gap] = slots[i];
    gap = i;
  }
  slots[gap] = {};
}

bool LiveTable::remove(std::uint64_t address, LiveBlock& block) {
  const std::uint64_t hash = hash_of(address);
  Shard& shard = shard_of(hash);
  if (shard.count == 0) return false;
  std::size_t i = shard.home_of(hash);
  while (shard.slots[i].address != address) {
    if (shard.slots[i].address == 0) return false;
    i = shard.next(i);
  }
  block = shard.slots[i];
  shard.close_gap(i);
  --shard.count;
  --count_;
  return true;
}

}  // namespace heaptally
