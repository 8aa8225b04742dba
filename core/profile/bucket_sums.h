// Bucket sums: what some tallies did together, bucket by bucket.
#pragma once

#include <cstdint>
#include <vector>

#include "core/profile/bucket_source.h"

namespace heaptally {

struct BucketSum {
  Nanoseconds start{0};
  Nanoseconds end{0};
  std::uint64_t max_live_bytes = 0;  // of all tallies, whatever is kept
  Amount allocated;
  Amount freed;
  Amount live;  // at the end; of a damaged recording it may be below zero
};

// Of the buckets that start before `to`. `kept`: by tally.
std::vector<BucketSum> bucket_sums(const BucketSource& buckets, const std::vector<bool>& kept,
                                   Nanoseconds to);

}  // namespace heaptally
