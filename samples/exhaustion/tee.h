// Tee: one generator for several consumers, as Python's itertools.tee.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <new>
#include <utility>

#include "samples/support/generator.h"
#include "samples/support/sample.h"

namespace samples {

// Purpose: each of the consumers gets all that the source yields, at its own pace. An item is
//   taken from the source when the fastest asks for it, and dropped when the slowest has it:
//   what lies between them is in the buffer.
// Owner: the Tee owns source and buffer, and outlives its consumers. A consumer that stops
//   early holds back all that comes after; an exception of the source goes to who asked.
// Threads: one at a time.
template <class T, std::size_t consumers>
class Tee {
 public:
  // What the buffers of all such Tees allocate.
  static inline OwnTally buffer;

  explicit Tee(Generator<T> source) : source_(std::move(source)) {}
  Tee(const Tee&) = delete;
  Tee& operator=(const Tee&) = delete;

  // The items of consumer 0, 1, ...; once each.
  Generator<T> consumer(std::size_t which) {
    std::uint64_t& taken = taken_.at(which);
    while (taken < dropped_ + waiting_.size() || has_pulled()) {
      const T item = waiting_[taken - dropped_];
      ++taken;
      drop_taken();
      co_yield item;
    }
  }

 private:
  // Tells `buffer` what a container asks for, which is known to it alone.
  template <class U>
  struct Told {
    using value_type = U;
    Told() = default;
    template <class Other>
    explicit(false) Told(const Told<Other>&) {}
    bool operator==(const Told&) const = default;

    U* allocate(std::size_t count) {
      buffer.allocated(count * sizeof(U));
      return static_cast<U*>(::operator new(count * sizeof(U)));  // allocates
    }
    void deallocate(U* block, std::size_t count) {
      buffer.freed(count * sizeof(U));
      ::operator delete(block);
    }
  };

  // One more item for all. A source is begun anew for each, and goes on where it stopped.
  bool has_pulled() {
    const auto next = source_.begin();
    if (next == source_.end()) return false;
    waiting_.push_back(*next);
    return true;
  }

  void drop_taken() {
    for (const auto slowest = *std::min_element(taken_.begin(), taken_.end()); dropped_ < slowest;
         ++dropped_) {
      waiting_.pop_front();
    }
  }

  Generator<T> source_;
  std::deque<T, Told<T>> waiting_;
  std::uint64_t dropped_ = 0;                     // items that all have taken
  std::array<std::uint64_t, consumers> taken_{};  // by each consumer
};

}  // namespace samples
