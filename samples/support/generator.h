// Generator: a coroutine's values, one at a time, as a range.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

#include "samples/support/sample.h"

namespace samples {

// What Python's inspect.getgeneratorstate() tells of a generator.
enum class GeneratorState : unsigned char {
  created,    // nothing of it has run
  running,    // it is computing its next value
  suspended,  // at a co_yield
  closed,     // it returned, threw, or was closed: there is nothing more to come
};

// Purpose: `for (T value : numbers())`, where numbers() co_yields. The coroutine runs
//   only when its next value is asked for, and an exception of its comes out there.
//   It has a single pass: a second loop goes on where the first one stopped, and finds
//   nothing if that was the end.
// Owner: the Generator owns the coroutine's frame, the only memory it has. The frame's
//   allocation is told to `frames`. Iterators are valid while the Generator stays where it is.
// Threads: one at a time.
template <class T>
class Generator {
 public:
  // The allocations of the frames of all generators of T.
  static inline OwnTally frames;

  struct promise_type {
    const T* value = nullptr;  // lives in the suspended co_yield expression
    GeneratorState state = GeneratorState::created;

    Generator get_return_object() { return Generator(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(const T& next) noexcept {
      value = std::addressof(next);
      state = GeneratorState::suspended;
      return {};
    }
    void return_void() noexcept { state = GeneratorState::closed; }
    void unhandled_exception() {
      state = GeneratorState::closed;
      throw;
    }

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

    explicit Iterator(Generator& generator) : generator_(&generator) {}
    const T& operator*() const { return *generator_->handle_.promise().value; }
    Iterator& operator++() {
      generator_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const {
      return generator_->state() == GeneratorState::closed;
    }

   private:
    Generator* generator_;
  };

  Generator(Generator&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Generator& operator=(Generator&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Generator() { destroy(); }

  Iterator begin() {
    advance();
    return Iterator(*this);
  }
  std::default_sentinel_t end() const { return {}; }

  GeneratorState state() const {
    return handle_ ? handle_.promise().state : GeneratorState::closed;
  }

  // Ends the coroutine where it is suspended: its local variables are destroyed, and its frame.
  void close() {
    must_not_run();
    destroy();
  }

 private:
  using Handle = std::coroutine_handle<promise_type>;
  explicit Generator(Handle handle) : handle_(handle) {}

  // To resume a coroutine that runs, or is at its end, is undefined behaviour.
  void advance() {
    if (state() == GeneratorState::closed) return;
    must_not_run();
    handle_.promise().state = GeneratorState::running;
    handle_.resume();
  }

  // To destroy a coroutine that runs is undefined behaviour, too.
  void must_not_run() const {
    if (state() == GeneratorState::running) throw std::logic_error("generator already executing");
  }

  void destroy() noexcept {
    if (handle_) std::exchange(handle_, {}).destroy();
  }

  Handle handle_;
};

}  // namespace samples
