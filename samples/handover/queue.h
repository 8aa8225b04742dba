// Queue: what one thread hands over to another, first in, first out.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <queue>
#include <utility>

namespace samples {

// Purpose: values move through it, from one thread that pushes to another that pops.
// Threads: any. push waits while `capacity` values are in it, pop while none is.
template <class T>
class Queue {
 public:
  explicit Queue(std::size_t capacity) : capacity_(capacity) {}

  void push(T value) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return values_.size() < capacity_; });
    values_.push(std::move(value));
    changed_.notify_all();
  }

  // No more will be pushed.
  void close() {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

  // The first, or nothing if it is closed and empty.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !values_.empty() || is_closed_; });
    if (values_.empty()) return std::nullopt;
    std::optional<T> first(std::move(values_.front()));
    values_.pop();
    changed_.notify_all();
    return first;
  }

  // Returns once whoever pushes can go no further.
  void wait_until_full_or_closed() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return values_.size() == capacity_ || is_closed_; });
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<T> values_;
  bool is_closed_ = false;
};

}  // namespace samples
