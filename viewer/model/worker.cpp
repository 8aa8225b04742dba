#include "viewer/model/worker.h"

#include <algorithm>

namespace heaptally::view {

Worker::Worker(std::function<void()> wake) : wake_(std::move(wake)), thread_([this] { run(); }) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
    jobs_.clear();
  }
  changed_.notify_all();
  thread_.join();
}

void Worker::submit(const void* slot, std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    const auto waiting = std::find_if(jobs_.begin(), jobs_.end(),
                                      [&](const auto& other) { return other.first == slot; });
    if (waiting != jobs_.end()) {
      waiting->second = std::move(job);
    } else {
      jobs_.emplace_back(slot, std::move(job));
    }
  }
  changed_.notify_all();
}

bool Worker::is_idle() const {
  const std::lock_guard lock(mutex_);
  return jobs_.empty() && !runs_;
}

void Worker::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return jobs_.empty() && !runs_; });
}

void Worker::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stops_ || !jobs_.empty(); });
    if (stops_) return;
    std::function<void()> job = std::move(jobs_.front().second);
    jobs_.pop_front();
    runs_ = true;
    lock.unlock();
    job();
    job = nullptr;  // with what it holds
    lock.lock();
    runs_ = false;
    changed_.notify_all();
    if (wake_) wake_();
  }
}

}  // namespace heaptally::view
