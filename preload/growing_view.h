// GrowingView: the process's view of one region of the shared memory.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "preload/system.h"

namespace heaptally::preload {

// Purpose: maps as much of a region of fixed-size elements as is in use; segment k > 0
//   doubles what segments 0..k-1 hold, so nothing moves and nothing is mapped twice.
// Threads: any, lock-free; from signal handlers too. Never allocates.
// Invariant: segment k is mapped only after segments 0..k-1.
template <class Element, std::size_t kElementBytes = sizeof(Element)>
class GrowingView {
 public:
  // Maps the first `first` elements (a power of two; a whole number of pages) of the region
  // of `fd` at `offset`. False if that fails.
  bool open(int fd, std::uint64_t offset, std::uint32_t first) {
    first_bits_ = static_cast<std::uint32_t>(std::bit_width(first) - 1);
    void* memory = map_shared(fd, offset, first * kElementBytes);
    segments_[0].store(static_cast<char*>(memory), std::memory_order_release);
    return memory != nullptr;
  }

  // The element, mapped if need be; nullptr if it cannot be mapped. Lies within the region.
  Element* at(std::uint32_t index) {
    const std::uint32_t segment = segment_of(index);
    char* base = segments_[segment].load(std::memory_order_acquire);
    if (base == nullptr) [[unlikely]] {
      base = grow_to(segment);
      if (base == nullptr) return nullptr;
    }
    return reinterpret_cast<Element*>(base + (index - first_of(segment)) * kElementBytes);
  }

 private:
  std::uint32_t segment_of(std::uint32_t index) const {
    const std::uint32_t above = index >> first_bits_;
    return static_cast<std::uint32_t>(std::bit_width(above));
  }
  std::uint32_t first_of(std::uint32_t segment) const {
    return segment == 0 ? 0 : 1u << (first_bits_ + segment - 1);
  }
  std::size_t bytes_of(std::uint32_t segment) const {
    const std::size_t elements = std::size_t{1} << (first_bits_ + (segment == 0 ? 0 : segment - 1));
    return elements * kElementBytes;
  }

  char* grow_to(std::uint32_t last) {
    for (std::uint32_t k = 1; k <= last; ++k) {
      if (segments_[k].load(std::memory_order_acquire) != nullptr) continue;
      char* before = segments_[k - 1].load(std::memory_order_acquire);
      void* memory = map_beyond(before, bytes_of(k - 1), bytes_of(k));
      if (memory == nullptr) return nullptr;
      char* expected = nullptr;
      // Another thread, or a signal handler, may have been faster: its mapping stands.
      if (!segments_[k].compare_exchange_strong(expected, static_cast<char*>(memory),
                                                std::memory_order_acq_rel)) {
        unmap(memory, bytes_of(k));
      }
    }
    return segments_[last].load(std::memory_order_acquire);
  }

  std::uint32_t first_bits_ = 0;
  std::atomic<char*> segments_[33] = {};
};

}  // namespace heaptally::preload
