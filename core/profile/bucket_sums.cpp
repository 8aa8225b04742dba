#include "core/profile/bucket_sums.h"

#include <algorithm>

#include "core/profile/timeline_index.h"

namespace heaptally {
namespace {

std::vector<BucketSum> sums_of(const TimelineIndex& index, const std::vector<bool>& kept,
                               Nanoseconds to) {
  std::vector<BucketSum> sums(index.buckets_before(to));
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const BucketExtent& bucket = index.buckets()[i];
    sums[i].start = bucket.start;
    sums[i].end = bucket.end;
    sums[i].max_live_bytes = bucket.max_live_bytes;
  }
  for (std::size_t i = 0; i < std::min(kept.size(), index.tallies()); ++i) {
    if (!kept[i]) continue;
    index.for_each_change(TallyId(i), 0, sums.size(), [&](std::size_t number, const auto& delta) {
      sums[number].allocated += delta.allocated;
      sums[number].freed += delta.freed;
    });
  }
  return sums;
}

std::vector<BucketSum> sums_by_bucket(const BucketSource& buckets, const std::vector<bool>& kept,
                                      Nanoseconds to) {
  std::vector<BucketSum> sums;
  buckets([&](const Bucket& bucket) {
    if (bucket.start >= to) return false;
    BucketSum& sum = sums.emplace_back();
    sum.start = bucket.start;
    sum.end = bucket.start + bucket.width;
    sum.max_live_bytes = bucket.max_live_bytes;
    for (const TallyDelta& delta : bucket.deltas) {
      if (index_of(delta.id) >= kept.size() || !kept[index_of(delta.id)]) continue;
      sum.allocated += delta.allocated;
      sum.freed += delta.freed;
    }
    return true;
  });
  return sums;
}

}  // namespace

std::vector<BucketSum> bucket_sums(const BucketSource& buckets, const std::vector<bool>& kept,
                                   Nanoseconds to) {
  std::vector<BucketSum> sums =
      buckets.index() ? sums_of(*buckets.index(), kept, to) : sums_by_bucket(buckets, kept, to);
  Amount live;
  for (BucketSum& sum : sums) {
    live += sum.allocated;
    live -= sum.freed;
    sum.live = live;
  }
  return sums;
}

}  // namespace heaptally
