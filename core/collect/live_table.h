// LiveTable: every block that is live, by its address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/types.h"

namespace heaptally {

struct LiveBlock {
  std::uint64_t address = 0;  // 0: an empty slot; no allocator returns it
  std::uint64_t size = 0;
  Nanoseconds birth{0};
  TallyId tally{};
};
static_assert(sizeof(LiveBlock) == 32);

// Purpose: insert, find and remove in a few nanoseconds, at most 64 bytes a block.
//   256 shards, each an open-addressing table that grows by half when 7/8 full: a shard
//   holds at least 32 / (7/8) and at most 1.5 times that, 55 bytes a block, and only one
//   shard at a time exists twice, so growing pauses for 1/256 of the table.
// Threads: one at a time.
class LiveTable {
 public:
  // Makes room for `address` and returns its block, to be filled by the caller; or the
  // block that is there already, with `existed` set.
  LiveBlock& insert(std::uint64_t address, bool& existed);

  // Takes the block out into `block`. False: no such block is live.
  bool remove(std::uint64_t address, LiveBlock& block);

  // Calls visit(block) for each.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Shard& shard : shards_) {
      for (const LiveBlock& block : shard.slots) {
        if (block.address != 0) visit(block);
      }
    }
  }

  std::size_t size() const { return count_; }

 private:
  static constexpr std::size_t kShards = 256;
  static constexpr std::size_t kFirstSlots = 16;

  struct Shard {
    std::vector<LiveBlock> slots;  // none until the first block comes
    std::size_t count = 0;

    std::size_t home_of(std::uint64_t hash) const {
      // The shard is chosen by the low bits; the position by the high ones, scaled.
      return static_cast<std::size_t>((hash >> 32) * slots.size() >> 32);
    }
    std::size_t next(std::size_t i) const { return ++i == slots.size() ? 0 : i; }
    void grow();
    void close_gap(std::size_t gap);
  };

  static std::uint64_t hash_of(std::uint64_t address) {
    std::uint64_t hash = address * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
    return hash * 0xbf58476d1ce4e5b9;
  }
  Shard& shard_of(std::uint64_t hash) { return shards_[hash % kShards]; }

  std::array<Shard, kShards> shards_;
  std::size_t count_ = 0;
};

}  // namespace heaptally
