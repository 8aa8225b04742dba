// TimelineIndex: the timeline held in memory, so that any stretch of it is summed up at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/profile/bucket_source.h"

namespace heaptally {

// A bucket without what happened in it.
struct BucketExtent {
  Nanoseconds start{0};
  Nanoseconds end{0};
  std::uint64_t max_live_bytes = 0;
};

// Purpose: by tally, what it had allocated, freed and had temporary by the end of each bucket in
//   which it changed; so a sum until any edge is one binary search for each tally.
// Memory: 28 bytes for each change, 52 for those of tallies that moved 4 GiB or more in all. While
//   it is made, as much again.
// Threads: immutable once made. Lifetime: needs nothing once made.
class TimelineIndex {
 public:
  // Asked before each bucket is taken in; false: give up.
  using GoOn = std::function<bool()>;

  // Reads the source once. Tallies from number `tallies` on are ignored. Nothing: `go_on` said so.
  // Errors: those of the source.
  static std::unique_ptr<const TimelineIndex> make(const BucketSource& source, std::size_t tallies,
                                                   const GoOn& go_on = {});
  TimelineIndex(const TimelineIndex&) = delete;
  TimelineIndex& operator=(const TimelineIndex&) = delete;

  std::size_t tallies() const { return rows_.size() - 1; }
  // In order of time.
  const std::vector<BucketExtent>& buckets() const { return buckets_; }
  // How many buckets end at or before the moment; how many start before it.
  std::size_t buckets_until(Nanoseconds moment) const;
  std::size_t buckets_before(Nanoseconds moment) const;

  // What a tally came to in so many buckets from the first on.
  TallyDelta sums(TallyId tally, std::size_t buckets) const {
    const std::size_t changes = first_change(tally, buckets);
    return changes == 0 ? TallyDelta{.id = tally, .allocated = {}, .freed = {}, .temporary = {}}
                        : at(tally, changes - 1);
  }

  // Calls `visit(number, delta)` for each bucket, from number `first` to below `last`, in which the
  // tally changed, in order of time.
  template <class Visit>
  void for_each_change(TallyId tally, std::size_t first, std::size_t last, Visit visit) const {
    const std::size_t count = rows_[index_of(tally) + 1].first - rows_[index_of(tally)].first;
    const std::uint32_t* const numbers = numbers_.data() + rows_[index_of(tally)].first;
    std::size_t i = first_change(tally, first);
    TallyDelta before{.id = tally, .allocated = {}, .freed = {}, .temporary = {}};
    if (i > 0) before = at(tally, i - 1);
    for (; i < count && numbers[i] < last; ++i) {
      const TallyDelta sum = at(tally, i);
      visit(std::size_t{numbers[i]}, TallyDelta{.id = tally,
                                                .allocated = sum.allocated - before.allocated,
                                                .freed = sum.freed - before.freed,
                                                .temporary = sum.temporary - before.temporary});
      before = sum;
    }
  }

  // The most live bytes that the tally had at the end of a bucket.
  std::uint64_t most_live_bytes(TallyId tally) const { return rows_[index_of(tally)].most_live; }

  // The buckets that end after the moment, as the source had them. Slower than all above.
  void for_each_bucket_after(Nanoseconds moment, const BucketVisitor& visit) const;

  std::size_t changes() const { return numbers_.size(); }
  std::size_t memory() const;  // bytes

 private:
  friend class TimelineIndexBuilder;
  static constexpr std::size_t kAmounts = 6;  // of a change: three, each bytes and a count

  // Its changes are numbers_[first, first of the next row). The sums after each of them are
  // kAmounts words, or where they do not fit 32 bits twice as many.
  struct Row {
    std::size_t first = 0;
    std::size_t first_word = 0;
    std::uint64_t most_live = 0;
    bool is_wide = false;
  };

  TimelineIndex() = default;

  // The number of the tally's first change in this bucket or a later one.
  std::size_t first_change(TallyId tally, std::size_t bucket) const;
  // The sums after a change.
  TallyDelta at(TallyId tally, std::size_t change) const {
    const Row& row = rows_[index_of(tally)];
    if (row.is_wide) return wide_at(tally, change);
    const std::uint32_t* const word = &words_[row.first_word + change * kAmounts];
    return {.id = tally,
            .allocated = {word[0], word[1]},
            .freed = {word[2], word[3]},
            .temporary = {word[4], word[5]}};
  }
  TallyDelta wide_at(TallyId tally, std::size_t change) const;

  std::vector<BucketExtent> buckets_;
  std::vector<Row> rows_;               // by tally, and one more
  std::vector<std::uint32_t> numbers_;  // of buckets
  std::vector<std::uint32_t> words_;
};

}  // namespace heaptally
