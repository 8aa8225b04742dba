// TimelineCutter: cuts the run into time buckets.
#pragma once

#include <utility>
#include <vector>

#include "core/collect/tallies.h"

namespace heaptally {

// Purpose: closes a bucket of the tallies when its time is over. The longer the run, the wider
//   the buckets: 1 ms at first, twice as wide each time that 1,024 of a width have passed. A
//   bucket starts at a multiple of its width, and after the end of the one before.
// Threads: one at a time.
class TimelineCutter {
 public:
  explicit TimelineCutter(Tallies& tallies) : tallies_(tallies) {}

  // When the current bucket ends.
  Nanoseconds end() const { return start_ + width_; }
  // Closes it; the next one holds `now`.
  void close(Nanoseconds now);

  // Those since the last call.
  std::vector<Bucket> take() { return std::exchange(buckets_, {}); }

 private:
  static constexpr Nanoseconds kFirstWidth{1'000'000};
  static constexpr std::int64_t kBucketsOfAWidth = 1024;

  Tallies& tallies_;
  std::vector<Bucket> buckets_;
  Nanoseconds start_{0};
  Nanoseconds width_{kFirstWidth};
};

}  // namespace heaptally
