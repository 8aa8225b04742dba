// Generator: a coroutine's values, one at a time, as a range.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <new>
#include <utility>

#include "samples/support/sample.h"

namespace samples {

// Purpose: `for (T value : numbers())`, where numbers() co_yields. The coroutine runs
//   only when its next value is asked for, and an exception of its comes out there.
// Owner: the Generator owns the coroutine's frame, the only memory it has. The frame's
//   allocation is told to `frames`.
// Threads: one at a time. Can be iterated once.
template <class T>
class Generator {
 public:
  // The allocations of the frames of all generators of T.
  static inline OwnTally frames;

  struct promise_type {
    const T* value = nullptr;  // lives in the suspended co_yield expression

    Generator get_return_object() { return Generator(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(const T& next) noexcept {
      value = std::addressof(next);
      return {};
    }
    void return_void() noexcept {}
    void unhandled_exception() { throw; }

    // The compiler asks here for the whole frame: promise, arguments and local variables.
    static void* operator new(std::size_t size) {
      frames.allocated(size);
      return ::operator new(size);  // allocates
    }
    static void operator delete(void* frame, std::size_t size) {
      frames.freed(size);
      ::operator delete(frame);
    }
  };

  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    const T& operator*() const { return *handle_.promise().value; }
    Iterator& operator++() {
      handle_.resume();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return handle_.done(); }

   private:
    std::coroutine_handle<promise_type> handle_;
  };

  Generator(Generator&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Generator& operator=(Generator&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Generator() {
    if (handle_) handle_.destroy();
  }

  Iterator begin() {
    handle_.resume();
    return Iterator(handle_);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  using Handle = std::coroutine_handle<promise_type>;
  explicit Generator(Handle handle) : handle_(handle) {}

  Handle handle_;
};

}  // namespace samples
