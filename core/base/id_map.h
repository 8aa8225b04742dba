// IdMap: from a 64-bit key to a dense id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace heaptally {

// Open addressing with linear probing; 16 bytes a slot, at most half full.
// Key 0 is allowed. Threads: one at a time.
class IdMap {
 public:
  static constexpr std::uint32_t kAbsent = ~std::uint32_t{0};

  IdMap() : slots_(kFirstSlots) {}

  // The id of `key`, kAbsent if it has none.
  std::uint32_t find(std::uint64_t key) const { return slots_[slot_of(key)].id; }

  // Gives `key`, which must be absent, the id `id`.
  void insert(std::uint64_t key, std::uint32_t id) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    slots_[slot_of(key)] = {key, id};
    ++count_;
  }

  std::size_t size() const { return count_; }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t id = kAbsent;
  };
  static constexpr std::size_t kFirstSlots = 1024;

  std::size_t slot_of(std::uint64_t key) const {
    std::uint64_t hash = key * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = hash & mask;
    while (slots_[i].id != kAbsent && slots_[i].key != key) i = (i + 1) & mask;
    return i;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    std::swap(old, slots_);
    for (const Slot& slot : old) {
      if (slot.id != kAbsent) slots_[slot_of(slot.key)] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace heaptally
