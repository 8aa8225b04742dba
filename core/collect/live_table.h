// LiveTable: every block that is live, by its address.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/types.h"

namespace heaptally {

struct LiveBlock {
  std::uint64_t address = 0;  // below 2^48; not 0: no allocator returns it
  std::uint64_t size = 0;     // below 2^48
  Nanoseconds birth{0};
  TallyId tally{};
};

// Purpose: insert, find and remove in a few nanoseconds, at most 64 bytes a block.
//   A table of buckets of five blocks, 128 bytes, compared all at once: 29 of 30 blocks lie in the
//   bucket where they belong, so that there is little to mispredict. What finds no place there
//   lies in one of the next ones, and those it passed count it: a search ends at a bucket that
//   none has passed, and nothing has to move when a block leaves.
//   The table grows by a quarter when it is 33/64 full, so that it is never less than 33/80
//   full: 62 bytes a block. Beyond a few thousand blocks it is 256 such tables, the shards: only
//   one at a time exists twice, and growing pauses for 1/256 of all.
// Threads: one at a time.
class LiveTable {
 public:
  // Puts the block in. True: one was there already, and is now in `former`.
  bool insert(const LiveBlock& block, LiveBlock& former) {
    const std::uint64_t hash = hash_of(block.address);
    Shard* shard = &shard_of(hash);
    Place place;
    if (shard->find(block.address, hash, place)) {
      former = shard->get(place);
      shard->set(place, block);
      return true;
    }
    if (shard->is_full()) [[unlikely]]
      shard = &make_room(hash);
    shard->put(block, hash);
    ++count_;
    return false;
  }

  // Takes the block out into `block`. False: no such block is live.
  bool remove(std::uint64_t address, LiveBlock& block) {
    const std::uint64_t hash = hash_of(address);
    Shard& shard = shard_of(hash);
    Place place;
    if (!shard.find(address, hash, place)) return false;
    block = shard.get(place);
    shard.clear(place, hash);
    --count_;
    return true;
  }

  // Copies the block, which stays. False: no such block is live.
  bool find(std::uint64_t address, LiveBlock& block) const {
    const std::uint64_t hash = hash_of(address);
    const Shard& shard = shards_[hash & shard_mask_];
    Place place;
    if (!shard.find(address, hash, place)) return false;
    block = shard.get(place);
    return true;
  }

  // Has the processor fetch what insert() or remove() will soon look at. GCC takes a function that
  // does no more than this for one without effects, and leaves its calls out.
  [[gnu::always_inline]] void prefetch(std::uint64_t address) {
    const std::uint64_t hash = hash_of(address);
    const Shard& shard = shard_of(hash);
    // A number, since a shard without buckets has no address to count from.
    const auto bucket = reinterpret_cast<std::uintptr_t>(shard.buckets.data()) +
                        shard.home_of(hash) * sizeof(Bucket);
    __builtin_prefetch(reinterpret_cast<const void*>(bucket), /*write=*/1);
    __builtin_prefetch(reinterpret_cast<const void*>(bucket + sizeof(Bucket) / 2), /*write=*/1);
  }

  // Calls visit(block) for each.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Shard& shard : shards_) shard.for_each(visit);
  }

  std::size_t size() const { return count_; }

 private:
  static constexpr std::size_t kShards = 256;
  static constexpr std::size_t kFirstBuckets = 4;
  static constexpr std::size_t kMostInOneShard = 4096;
  static constexpr std::size_t kSlots = 5;

  // Two cache lines. The upper 48 bits of the first two words of a slot are the address and the
  // size, the lower 16 bits the upper and the lower half of the tally's id.
  struct alignas(128) Bucket {
    std::array<std::uint64_t, kSlots> addresses{};
    std::uint32_t passed = 0;  // blocks that belong here or before, and lie beyond
    std::uint32_t used = 0;    // a bit for each slot that holds a block
    std::array<std::uint64_t, kSlots> sizes{};
    std::array<Nanoseconds, kSlots> births{};

    // A bit for each slot that holds the address, without a branch.
    unsigned slots_of(std::uint64_t address) const {
      const auto is = [&](unsigned i) { return unsigned{addresses[i] >> 16 == address} << i; };
      return (is(0) | is(1) | is(2) | is(3) | is(4)) & used;
    }
    unsigned empty_slots() const { return ~used & ((1u << kSlots) - 1); }
  };
  static_assert(sizeof(Bucket) == 128);

  struct Place {
    std::size_t bucket;
    std::size_t slot;
  };

  struct Shard {
    std::vector<Bucket> buckets;  // none until the first block comes
    std::size_t count = 0;

    std::size_t home_of(std::uint64_t hash) const {
      // The shard is chosen by the low bits; the position by the high ones, scaled.
      return static_cast<std::size_t>((hash >> 32) * buckets.size() >> 32);
    }
    std::size_t next(std::size_t i) const { return ++i == buckets.size() ? 0 : i; }
    bool is_full() const { return 64 * (count + 1) > 33 * kSlots * buckets.size(); }

    bool find(std::uint64_t address, std::uint64_t hash, Place& place) const {
      if (buckets.empty()) [[unlikely]]
        return false;
      for (std::size_t i = home_of(hash);; i = next(i)) {
        const unsigned slots = buckets[i].slots_of(address);
        place = {i, static_cast<std::size_t>(std::countr_zero(slots))};
        if (slots != 0) return true;
        if (buckets[i].passed == 0) return false;
      }
    }
    // There is room, and it is not there.
    void put(const LiveBlock& block, std::uint64_t hash) {
      std::size_t i = home_of(hash);
      unsigned empty;
      for (; (empty = buckets[i].empty_slots()) == 0; i = next(i)) ++buckets[i].passed;
      set({i, static_cast<std::size_t>(std::countr_zero(empty))}, block);
      ++count;
    }
    void set(Place place, const LiveBlock& block) {
      Bucket& bucket = buckets[place.bucket];
      const auto tally = static_cast<std::uint32_t>(block.tally);
      bucket.addresses[place.slot] = block.address << 16 | tally >> 16;
      bucket.sizes[place.slot] = block.size << 16 | (tally & 0xffff);
      bucket.births[place.slot] = block.birth;
      bucket.used |= 1u << place.slot;
    }
    LiveBlock get(Place place) const {
      const Bucket& bucket = buckets[place.bucket];
      const std::uint64_t address = bucket.addresses[place.slot], size = bucket.sizes[place.slot];
      const auto tally = static_cast<std::uint32_t>((address & 0xffff) << 16 | (size & 0xffff));
      return {address >> 16, size >> 16, bucket.births[place.slot], TallyId{tally}};
    }
    void clear(Place place, std::uint64_t hash) {
      buckets[place.bucket].used &= ~(1u << place.slot);
      for (std::size_t i = home_of(hash); i != place.bucket; i = next(i)) --buckets[i].passed;
      --count;
    }
    template <class Visit>
    void for_each(Visit visit) const {
      for (std::size_t i = 0; i < buckets.size(); ++i) {
        for (std::size_t slot = 0; slot < kSlots; ++slot) {
          if ((buckets[i].used >> slot & 1) != 0) visit(get({i, slot}));
        }
      }
    }
    void grow();
  };

  static std::uint64_t hash_of(std::uint64_t address) {
    std::uint64_t hash = address * 0x9e3779b97f4a7c15;
    hash ^= hash >> 29;
    return hash * 0xbf58476d1ce4e5b9;
  }
  Shard& shard_of(std::uint64_t hash) { return shards_[hash & shard_mask_]; }
  Shard& make_room(std::uint64_t hash);
  void spread();

  std::array<Shard, kShards> shards_;
  std::size_t shard_mask_ = 0;  // at first all blocks are in the first shard
  std::size_t count_ = 0;
};

}  // namespace heaptally
