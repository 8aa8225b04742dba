#include "core/recording/event_model.h"

namespace heaptally {

std::uint64_t EventModel::encode_address(std::uint64_t size, std::uint64_t address,
                                         std::uint64_t& far) const {
  const std::size_t age = bins_[bin_of(size)].find(address);
  if (age == 0) return 0;
  if (address == fresh_) return kFresh;
  if (address == last_freed_) return kLastFreed;
  if (age < kDepth) return kLastFreed + age;
  // Most addresses are multiples of 16, and so are most distances.
  const std::uint64_t distance = address - fresh_;
  far = distance % 16 == 0
            ? zigzag(static_cast<std::uint64_t>(static_cast<std::int64_t>(distance) / 16)) << 1
            : zigzag(distance) << 1 | 1;
  return kFar;
}

bool EventModel::decode_address(std::uint64_t size, std::uint64_t code, std::uint64_t far,
                                std::uint64_t& address) const {
  const Bin& bin = bins_[bin_of(size)];
  if (code == kFresh) {
    address = fresh_;
  } else if (code == kLastFreed) {
    address = last_freed_;
  } else if (code == kFar) {
    const std::uint64_t distance = unzigzag(far >> 1);
    address = fresh_ + (far % 2 == 0 ? distance * 16 : distance);
  } else {
    const std::uint64_t age = code == 0 ? 0 : code - kLastFreed;
    if (age >= bin.count) return false;
    address = bin.at(age);
  }
  return true;
}

void EventModel::allocated(const LogBlock& block, std::uint64_t address_code) {
  const auto id = static_cast<std::uint32_t>(block.tally) + 1;
  after_two_[two_slot()] = id;
  after_one_[one_slot()] = id;
  tally_before_ = last_tally_;
  last_tally_ = id;
  sizes_[size_slot(block.tally)] = {id, block.size};
  ++next_block_;
  if (address_code == kFresh || address_code == kFar) {
    fresh_ = block.address + units_of(block.size) * 16;
    return;
  }
  if (address_code == kLastFreed) {
    Bin& bin = bins_[last_freed_bin_];
    if (const std::size_t age = bin.find(block.address); age < kDepth) bin.remove(age);
  } else {
    bins_[bin_of(block.size)].remove(address_code == 0 ? 0 : address_code - kLastFreed);
  }
  if (block.address == last_freed_) last_freed_ = 0;
}

std::uint64_t EventModel::encode_free(std::uint64_t block) const {
  const std::uint64_t step = zigzag(block - last_freed_block_);
  return step <= 2 * kNear ? step : next_block_ - block + 2 * kNear;
}

bool EventModel::decode_free(std::uint64_t code, std::uint64_t& block) const {
  block = code <= 2 * kNear ? last_freed_block_ + unzigzag(code) : next_block_ - (code - 2 * kNear);
  return block < next_block_;
}

void EventModel::freed(std::uint64_t block, const LogBlock* known) {
  last_freed_block_ = block;
  if (known == nullptr) return;
  last_freed_ = known->address;
  last_freed_bin_ = bin_of(known->size);
  bins_[last_freed_bin_].push(known->address);
}

}  // namespace heaptally
