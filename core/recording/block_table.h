// BlockTable: the numbers of the blocks that are live, by address.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace heaptally {

// Purpose: insert and remove; 16 bytes a slot, at most 5/8 of the slots taken. A block lies in the
//   first free slot from its own on, and others close up when one leaves.
// Threads: one at a time.
class BlockTable {
 public:
  BlockTable() : slots_(kFirstSlots) {}

  // `address` is not 0. False: one is there already.
  bool insert(std::uint64_t address, std::uint64_t block) {
    if (8 * (count_ + 1) > 5 * slots_.size()) grow();
    std::size_t i = home_of(address);
    for (; slots_[i].address != 0; i = next(i)) {
      if (slots_[i].address == address) return false;
    }
    slots_[i] = {address, block};
    ++count_;
    return true;
  }

  std::optional<std::uint64_t> remove(std::uint64_t address) {
    std::size_t i = home_of(address);
    for (; slots_[i].address != address; i = next(i)) {
      if (slots_[i].address == 0) return std::nullopt;
    }
    const std::uint64_t block = slots_[i].block;
    close_up(i);
    --count_;
    return block;
  }

  // All of them, ascending.
  std::vector<std::uint64_t> blocks() const;

 private:
  static constexpr std::size_t kFirstSlots = 64;

  struct Slot {
    std::uint64_t address = 0;
    std::uint64_t block = 0;
  };

  std::size_t home_of(std::uint64_t address) const {
    return address * 0x9e3779b97f4a7c15 >> (65 - std::bit_width(slots_.size()));
  }
  std::size_t next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }
  // Empties slot `hole`, and moves what would not be found beyond an empty one.
  void close_up(std::size_t hole) {
    for (std::size_t i = next(hole); slots_[i].address != 0; i = next(i)) {
      const std::size_t from_home = (i - home_of(slots_[i].address)) & (slots_.size() - 1);
      const std::size_t from_hole = (i - hole) & (slots_.size() - 1);
      if (from_home < from_hole) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole].address = 0;
  }
  void grow();

  std::vector<Slot> slots_;  // a power of two
  std::size_t count_ = 0;
};

}  // namespace heaptally
