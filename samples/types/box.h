// Box: one value on the heap.
#pragma once

#include <memory>
#include <utility>

#include "samples/support/sample.h"

namespace samples {

// Purpose: a value of T in a block of its own, and the tally of all boxes of T. To the compiler
//   Box<int> and Box<double> are two classes with functions of their own, and that is how the
//   profile tells them apart: by line they are one, by function they are not.
// Owner: the Box owns its value.
template <class T>
class Box {
 public:
  static inline OwnTally tally;

  // Inlined, as a rule.
  explicit Box(const T& value) : held_(new T(value)) {  // allocates
    tally.allocated(sizeof(T));
  }
  // Never inlined.
  [[gnu::noinline]] Box copy() const {
    tally.allocated(sizeof(T));
    return Box(new T(*held_));  // allocates a copy
  }

  Box(const Box& other) : Box(*other.held_) {}
  Box(Box&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  Box& operator=(Box other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~Box() {
    if (held_ == nullptr) return;
    tally.freed(sizeof(T));
    delete held_;
  }

  const T& operator*() const { return *held_; }

 private:
  explicit Box(T* held) : held_(held) {}

  T* held_;
};

}  // namespace samples
