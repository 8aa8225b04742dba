#include "core/collect/timeline_cutter.h"

#include <iterator>

namespace heaptally {

void TimelineCutter::advance(Nanoseconds now) {
  while (true) {
    const bool has_other = !to_come_.empty() && to_come_.front().time <= now;
    if (next_periodic_ <= now && (!has_other || next_periodic_ <= to_come_.front().time)) {
      set_periodic();
      continue;
    }
    if (!has_other) break;
    Mark next = std::move(to_come_.front());
    to_come_.pop_front();
    mark(std::move(next.name), next.process, next.time);
  }
  if (now >= end_) close(now);
}

void TimelineCutter::close(Nanoseconds now) {
  if (!tallies_.bucket_is_empty()) buckets_.push_back(tallies_.take_bucket(start_, end_ - start_));
  const Nanoseconds twice = 2 * width_;
  if (now >= kBucketsOfAWidth * width_ && now / twice * twice >= end_) width_ = twice;
  const Nanoseconds slot = now / width_ * width_;
  start_ = std::max(start_, slot);
  end_ = std::max(end_, slot + width_);
}

// What is in the tallies came before the mark, even where the clock reads the same for both: then
// the mark is a nanosecond later.
void TimelineCutter::mark(std::string name, ProcessId process, Nanoseconds now) {
  if (marks_set_ == kMostMarks) {
    ++dropped_marks_;
    return;
  }
  ++marks_set_;
  if (now >= end_) close(now);
  Nanoseconds time = std::max(now, start_);
  if (!tallies_.bucket_is_empty()) {
    time = std::max(time, start_ + Nanoseconds{1});
    buckets_.push_back(tallies_.take_bucket(start_, time - start_));
  }
  start_ = time;
  if (start_ >= end_) end_ = (start_ / width_ + 1) * width_;
  marks_.push_back({std::move(name), time, process});
  latest_mark_ = time;
  std::ranges::move(tallies_.begin_generation(time), std::back_inserter(crossings_));
}

void TimelineCutter::mark_every(Nanoseconds interval, std::string name, ProcessId process) {
  periodic_ = {std::move(name), {}, process};
  interval_ = next_periodic_ = interval;
}

void TimelineCutter::set_periodic() {
  const Nanoseconds time = next_periodic_;
  next_periodic_ += interval_;
  if (periodic_set_ == kMostPeriodic) {
    ++dropped_marks_;
    return;
  }
  ++periodic_set_;
  mark(periodic_.name, periodic_.process, time);
}

void TimelineCutter::mark_at(std::string name, ProcessId process, Nanoseconds time) {
  to_come_.push_back({std::move(name), time, process});
}

}  // namespace heaptally
