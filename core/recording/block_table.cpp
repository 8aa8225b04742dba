#include "core/recording/block_table.h"

#include <algorithm>

namespace heaptally {

std::vector<std::uint64_t> BlockTable::blocks() const {
  std::vector<std::uint64_t> all;
  all.reserve(count_);
  for (const Slot& slot : slots_) {
    if (slot.address != 0) all.push_back(slot.block);
  }
  std::sort(all.begin(), all.end());
  return all;
}

void BlockTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  count_ = 0;
  for (const Slot& slot : old) {
    if (slot.address != 0) insert(slot.address, slot.block);
  }
}

}  // namespace heaptally
