#include "core/collect/timeline_cutter.h"

namespace heaptally {

void TimelineCutter::close(Nanoseconds now) {
  if (!tallies_.bucket_is_empty()) buckets_.push_back(tallies_.take_bucket(start_, width_));
  const Nanoseconds twice = 2 * width_;
  if (now >= kBucketsOfAWidth * width_ && now / twice * twice >= start_ + width_) width_ = twice;
  start_ = now / width_ * width_;
}

}  // namespace heaptally
