#include "core/profile/mark_leaks.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/profile/timeline_index.h"

namespace heaptally {
namespace {

void require_known(const RecordingData& data, const Moment& to) {
  const Header& header = data.header;
  if (!data.knows_crossings) {
    throw Error(to.text,
                "an earlier version of heaptally made the recording, which does not tell what was "
                "freed after a mark",
                "record again, or leave out --to");
  }
  if (header.crossings_end.count() != 0 && to.time > header.crossings_end) {
    throw Error(to.text,
                fmt::format("more blocks crossed the marks from {:.9g} s on than a recording keeps",
                            std::chrono::duration<double>(header.crossings_end).count()),
                "give an earlier mark, or leave out --to");
  }
}

// What live blocks grew by. No bucket reaches across a mark.
void grow_between(const BucketSource& buckets, Nanoseconds from, Nanoseconds to,
                  std::vector<Amount>& amounts) {
  if (const TimelineIndex* index = buckets.index()) {
    const std::size_t first = index->buckets_before(from), last = index->buckets_before(to);
    for (std::size_t i = 0; i < std::min(amounts.size(), index->tallies()); ++i) {
      const TallyDelta before = index->sums(TallyId(i), first);
      const TallyDelta after = index->sums(TallyId(i), last);
      amounts[i] = (after.allocated - before.allocated) - (after.freed - before.freed);
    }
    return;
  }
  buckets([&](const Bucket& bucket) {
    if (bucket.start >= to) return false;
    if (bucket.start < from) return true;
    for (const TallyDelta& delta : bucket.deltas) {
      if (index_of(delta.id) >= amounts.size()) continue;
      amounts[index_of(delta.id)] += delta.allocated - delta.freed;
    }
    return true;
  });
}

// Blocks that were there before `from` and left in the stretch are none of its frees, and what
// images held as they ended nobody freed.
void take_back(const CrossingSource& crossings, const Moment& from, const Moment& to,
               std::vector<Amount>& amounts) {
  crossings([&](const Crossing& crossing) {
    if (crossing.since >= to.time) return false;
    if (crossing.since < from.time) return true;
    if (crossing.born && *crossing.born >= from.time) return true;
    for (const TallyAmount& tally : crossing.amounts) {
      if (index_of(tally.id) < amounts.size()) amounts[index_of(tally.id)] += tally.amount;
    }
    return true;
  });
}

}  // namespace

bool is_mark(const RecordingData& data, const Moment& moment) {
  if (moment.kind == Moment::Kind::kPeak || moment.kind == Moment::Kind::kEnd) return false;
  return moment.time.count() == 0 ||
         std::ranges::binary_search(data.marks, moment.time, {}, &Mark::time);
}

Snapshot leaked_between_marks(const RecordingData& data, const BucketSource& buckets,
                              const CrossingSource& crossings, const Moment& from,
                              const Moment& to) {
  require_order(from, from.time, to, to.time);
  require_known(data, to);
  Snapshot snapshot{.metric = Metric::kLive,
                    .asked = to,
                    .from = from,
                    .from_time = from.time,
                    .time = to.time,
                    .exact = true,
                    .amounts = std::vector<Amount>(data.tallies.size())};
  grow_between(buckets, from.time, to.time, snapshot.amounts);
  take_back(crossings, from, to, snapshot.amounts);
  for (Amount& amount : snapshot.amounts) amount = at_least_zero(amount);
  return snapshot;
}

}  // namespace heaptally
