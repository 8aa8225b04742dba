// EventModel: what the next event of a log is likely to be.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/recording/event_log.h"

namespace heaptally {

// Purpose: writer and reader of a chunk keep one each and tell it the same events, so that it
//   expects the same of the next one on both sides; the file has what differs, as small numbers:
//   codes. What is expected:
//   - the tally that followed the last two tallies the last time, or else the last one;
//   - the size that the tally's last block had;
//   - the address that was freed last of those of about this size, for allocators hand out what
//     they have just got back; or the end of the block before, as from fresh memory;
//   - that neighbours are freed one after the other.
// It starts anew with each chunk: chunks can be read by themselves.
// Threads: one at a time. Hostile codes give nonsense, or false, and never more than that.
class EventModel {
 public:
  static constexpr std::uint64_t kFar = 34;  // the code of an address that was not expected

  explicit EventModel(std::uint64_t first_block) : next_block_(first_block) {}

  std::uint64_t encode_tally(TallyId tally) const {
    const std::uint32_t id = static_cast<std::uint32_t>(tally) + 1;
    if (id == after_two_[two_slot()]) return 0;
    if (id == after_one_[one_slot()]) return 1;
    return std::uint64_t{id} + 1;
  }
  bool decode_tally(std::uint64_t code, std::size_t tallies, TallyId& tally) const {
    std::uint64_t id = code - 1;
    if (code == 0) id = after_two_[two_slot()];
    if (code == 1) id = after_one_[one_slot()];
    if (id == 0 || id > tallies) return false;
    tally = static_cast<TallyId>(id - 1);
    return true;
  }

  // Of the tally's next block.
  std::uint64_t encode_size(TallyId tally, std::uint64_t size) const {
    return is_known(tally) && sizes_[size_slot(tally)].size == size ? 0 : size + 1;
  }
  bool decode_size(TallyId tally, std::uint64_t code, std::uint64_t& size) const {
    if (code == 0 && !is_known(tally)) return false;
    size = code == 0 ? sizes_[size_slot(tally)].size : code - 1;
    return true;
  }

  // `far`: of an address that was not expected, what tells it.
  std::uint64_t encode_address(std::uint64_t size, std::uint64_t address, std::uint64_t& far) const;
  bool decode_address(std::uint64_t size, std::uint64_t code, std::uint64_t far,
                      std::uint64_t& address) const;

  // Tells the model of a block, with the code that its address has.
  void allocated(const LogBlock& block, std::uint64_t address_code);

  std::uint64_t encode_free(std::uint64_t block) const;
  bool decode_free(std::uint64_t code, std::uint64_t& block) const;
  // `known`: the block, if it was allocated in this chunk, else null.
  void freed(std::uint64_t block, const LogBlock* known);

  std::uint64_t encode_end(std::uint64_t block) const { return zigzag(block - last_ended_ - 1); }
  bool decode_end(std::uint64_t code, std::uint64_t& block) const {
    block = last_ended_ + 1 + unzigzag(code);
    return block < next_block_;
  }
  void ended(std::uint64_t block) { last_ended_ = block; }

 private:
  static constexpr std::size_t kSuccessors = 8192;
  static constexpr std::size_t kSizes = 8192;
  static constexpr std::size_t kBins = 176;
  static constexpr std::size_t kDepth = 32;  // freed addresses that a bin remembers
  static constexpr std::uint64_t kFresh = 1, kLastFreed = 2;  // codes; 0 is the newest of the bin
  static constexpr std::uint64_t kNear = 4;  // blocks to either side of the one freed last

  // The addresses that were freed last of blocks of about one size.
  struct Bin {
    std::array<std::uint64_t, kDepth> ring{};
    std::uint32_t top = 0;
    std::uint32_t count = 0;

    std::uint64_t& at(std::size_t age) { return ring[(top - age) % kDepth]; }
    std::uint64_t at(std::size_t age) const { return ring[(top - age) % kDepth]; }
    // The age of an address; kDepth if it is not there.
    std::size_t find(std::uint64_t address) const {
      for (std::size_t age = 0; age < count; ++age) {
        if (at(age) == address) return age;
      }
      return kDepth;
    }
    void push(std::uint64_t address) {
      ++top;
      at(0) = address;
      count = std::min<std::uint32_t>(count + 1, kDepth);
    }
    void remove(std::size_t age) {
      for (; age > 0; --age) at(age) = at(age - 1);
      --top;
      --count;
    }
  };
  struct KnownSize {
    std::uint32_t tally = 0;  // plus one
    std::uint64_t size = 0;
  };

  // What the C library's allocator takes for a block: units of 16 bytes. Others differ a little.
  static std::uint64_t units_of(std::uint64_t size) {
    return std::max<std::uint64_t>(2, (size + 23) / 16);
  }
  static std::size_t bin_of(std::uint64_t size) {
    const std::uint64_t units = units_of(size);
    if (units <= 128) return static_cast<std::size_t>(units);
    return 121 + static_cast<std::size_t>(std::bit_width(units));
  }
  static std::uint64_t zigzag(std::uint64_t difference) {
    return difference << 1 ^ (0 - (difference >> 63));
  }
  static std::uint64_t unzigzag(std::uint64_t code) { return code >> 1 ^ (0 - (code & 1)); }

  std::size_t one_slot() const { return last_tally_ * 0x9e3779b1u >> 19; }
  std::size_t two_slot() const {
    return (last_tally_ * 0x9e3779b1u ^ tally_before_ * 0x85ebca6bu) >> 19;
  }
  static std::size_t size_slot(TallyId tally) { return index_of(tally) % kSizes; }
  bool is_known(TallyId tally) const {
    return sizes_[size_slot(tally)].tally == static_cast<std::uint32_t>(tally) + 1;
  }

  // Of the tallies, plus one, by what came before.
  std::vector<std::uint32_t> after_one_ = std::vector<std::uint32_t>(kSuccessors);
  std::vector<std::uint32_t> after_two_ = std::vector<std::uint32_t>(kSuccessors);
  std::uint32_t last_tally_ = 0;
  std::uint32_t tally_before_ = 0;
  std::vector<KnownSize> sizes_ = std::vector<KnownSize>(kSizes);
  std::vector<Bin> bins_ = std::vector<Bin>(kBins);
  std::uint64_t fresh_ = 0;  // the end of the last block that was not recycled
  std::uint64_t last_freed_ = 0;
  std::size_t last_freed_bin_ = 0;
  std::uint64_t next_block_;
  std::uint64_t last_freed_block_ = 0;
  std::uint64_t last_ended_ = ~std::uint64_t{0};
};

}  // namespace heaptally
