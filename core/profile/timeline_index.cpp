#include "core/profile/timeline_index.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <limits>
#include <utility>

namespace heaptally {
namespace {

constexpr std::size_t kNumbers = 6;
using Numbers = std::array<std::uint64_t, kNumbers>;

Numbers numbers_of(const TallyDelta& delta) {
  return {delta.allocated.bytes, delta.allocated.count, delta.freed.bytes,
          delta.freed.count,     delta.temporary.bytes, delta.temporary.count};
}

TallyDelta delta_of(TallyId tally, const Numbers& n) {
  return {.id = tally, .allocated = {n[0], n[1]}, .freed = {n[2], n[3]}, .temporary = {n[4], n[5]}};
}

bool fits(const Numbers& numbers) {
  return std::ranges::all_of(
      numbers, [](std::uint64_t n) { return n <= std::numeric_limits<std::uint32_t>::max(); });
}

}  // namespace

// Takes buckets in as they come, and puts what they hold in order of tallies at the end.
class TimelineIndexBuilder {
 public:
  explicit TimelineIndexBuilder(std::size_t tallies) : tallies_(tallies) {}

  void add(const Bucket& bucket) {
    buckets_.push_back({bucket.start, bucket.start + bucket.width, bucket.max_live_bytes});
    for (const TallyDelta& delta : bucket.deltas) {
      if (index_of(delta.id) < tallies_.size()) add(delta);
    }
    ends_.push_back(steps_.size());
  }

  std::unique_ptr<const TimelineIndex> take() {
    std::unique_ptr<TimelineIndex> index(new TimelineIndex);
    place_rows(*index);
    std::size_t position = 0, wide = 0;
    for (std::size_t bucket = 0; bucket < ends_.size(); ++bucket) {
      for (; position < ends_[bucket]; ++position) {
        const Step step = steps_.front();
        steps_.pop_front();
        fetch_ahead(*index);
        Numbers change;
        std::ranges::copy(step.numbers, change.begin());
        const bool is_wide = wide < wide_.size() && wide_[wide].first == position;
        if (is_wide) change = wide_[wide++].second;
        Tally& tally = tallies_[step.tally];
        for (std::size_t i = 0; i < kNumbers; ++i) tally.sums[i] += change[i];
        index->numbers_[tally.next++] = static_cast<std::uint32_t>(bucket);
        write(tally, index->words_);
      }
    }
    index->buckets_ = std::move(buckets_);
    return index;
  }

 private:
  // What a tally did in a bucket. What does not fit is in wide_.
  struct Step {
    std::uint32_t tally = 0;
    std::array<std::uint32_t, kNumbers> numbers{};
  };
  struct Tally {
    Numbers sums{};
    std::uint64_t most_live = 0;
    std::size_t changes = 0;
    std::size_t next = 0;  // where its next change goes
    std::size_t next_word = 0;
    bool is_wide = false;
  };

  void add(const TallyDelta& delta) {
    const Numbers numbers = numbers_of(delta);
    Tally& tally = tallies_[index_of(delta.id)];
    ++tally.changes;
    for (std::size_t i = 0; i < kNumbers; ++i) tally.sums[i] += numbers[i];
    tally.is_wide = tally.is_wide || !fits(tally.sums);
    const std::uint64_t live = tally.sums[0] - tally.sums[2];
    // A damaged recording may free more than it allocated.
    if (static_cast<std::int64_t>(live) > 0) tally.most_live = std::max(tally.most_live, live);
    Step step{.tally = static_cast<std::uint32_t>(index_of(delta.id))};
    std::ranges::transform(numbers, step.numbers.begin(),
                           [](std::uint64_t n) { return static_cast<std::uint32_t>(n); });
    if (!fits(numbers)) wide_.emplace_back(steps_.size(), numbers);
    steps_.push_back(step);
  }

  void place_rows(TimelineIndex& index) {
    index.rows_.reserve(tallies_.size() + 1);
    TimelineIndex::Row row;
    for (Tally& tally : tallies_) {
      row.most_live = tally.most_live;
      row.is_wide = tally.is_wide;
      index.rows_.push_back(row);
      tally.next = row.first;
      tally.next_word = row.first_word;
      row.first += tally.changes;
      row.first_word += tally.changes * kNumbers * (tally.is_wide ? 2 : 1);
      tally.sums = {};
    }
    index.rows_.push_back(row);
    index.numbers_.resize(row.first);
    index.words_.resize(row.first_word);
  }

  // The places that a later step writes to are far apart, and not in the cache.
  void fetch_ahead(const TimelineIndex& index) const {
    constexpr std::size_t kAhead = 12;
    if (steps_.size() <= kAhead) return;
    const Tally& tally = tallies_[steps_[kAhead].tally];
    __builtin_prefetch(index.numbers_.data() + tally.next, 1);
    __builtin_prefetch(index.words_.data() + tally.next_word, 1);
  }

  static void write(Tally& tally, std::vector<std::uint32_t>& all) {
    std::uint32_t* const words = &all[tally.next_word];
    if (tally.is_wide) {
      std::memcpy(words, tally.sums.data(), sizeof(tally.sums));
    } else {
      std::ranges::transform(tally.sums, words,
                             [](std::uint64_t n) { return static_cast<std::uint32_t>(n); });
    }
    tally.next_word += kNumbers * (tally.is_wide ? 2 : 1);
  }

  std::vector<Tally> tallies_;
  std::vector<BucketExtent> buckets_;
  std::vector<std::size_t> ends_;                      // by bucket, its steps' end
  std::deque<Step> steps_;                             // in order of time; freed as they are placed
  std::vector<std::pair<std::size_t, Numbers>> wide_;  // by number of the step
};

std::unique_ptr<const TimelineIndex> TimelineIndex::make(const BucketSource& source,
                                                         std::size_t tallies, const GoOn& go_on) {
  static_assert(kAmounts == kNumbers);
  TimelineIndexBuilder builder(tallies);
  bool given_up = false;
  source([&](const Bucket& bucket) {
    given_up = go_on && !go_on();
    if (!given_up) builder.add(bucket);
    return !given_up;
  });
  return given_up ? nullptr : builder.take();
}

std::size_t TimelineIndex::buckets_until(Nanoseconds moment) const {
  const auto found = std::ranges::upper_bound(buckets_, moment, {}, &BucketExtent::end);
  return static_cast<std::size_t>(found - buckets_.begin());
}

std::size_t TimelineIndex::buckets_before(Nanoseconds moment) const {
  const auto found = std::ranges::lower_bound(buckets_, moment, {}, &BucketExtent::start);
  return static_cast<std::size_t>(found - buckets_.begin());
}

std::size_t TimelineIndex::first_change(TallyId tally, std::size_t bucket) const {
  const std::uint32_t* const first = numbers_.data() + rows_[index_of(tally)].first;
  const std::uint32_t* const last = numbers_.data() + rows_[index_of(tally) + 1].first;
  return static_cast<std::size_t>(std::lower_bound(first, last, bucket) - first);
}

TallyDelta TimelineIndex::wide_at(TallyId tally, std::size_t change) const {
  Numbers sums;
  const std::size_t first_word = rows_[index_of(tally)].first_word;
  std::memcpy(sums.data(), &words_[first_word + change * kAmounts * 2], sizeof(sums));
  return delta_of(tally, sums);
}

// A batch of buckets at a time: by tally their changes are next to one another.
void TimelineIndex::for_each_bucket_after(Nanoseconds moment, const BucketVisitor& visit) const {
  constexpr std::size_t kBatch = 64;
  std::vector<Bucket> batch(kBatch);
  for (std::size_t first = buckets_until(moment); first < buckets_.size(); first += kBatch) {
    const std::size_t last = std::min(first + kBatch, buckets_.size());
    for (Bucket& bucket : batch) bucket.deltas.clear();
    for (std::size_t i = 0; i < tallies(); ++i) {
      for_each_change(TallyId(i), first, last, [&](std::size_t number, const TallyDelta& delta) {
        batch[number - first].deltas.push_back(delta);
      });
    }
    for (std::size_t number = first; number < last; ++number) {
      Bucket& bucket = batch[number - first];
      bucket.start = buckets_[number].start;
      bucket.width = buckets_[number].end - buckets_[number].start;
      bucket.max_live_bytes = buckets_[number].max_live_bytes;
      if (!visit(bucket)) return;
    }
  }
}

std::size_t TimelineIndex::memory() const {
  return buckets_.size() * sizeof(BucketExtent) + rows_.size() * sizeof(Row) +
         (numbers_.size() + words_.size()) * sizeof(std::uint32_t);
}

BucketSource::BucketSource(const TimelineIndex& index)
    : BucketSource(of([&index]() -> const TimelineIndex& { return index; })) {}

BucketSource BucketSource::of(Index index) {
  BucketSource source([index](const BucketVisitor& visit) {
    index().for_each_bucket_after(Nanoseconds(-1), visit);
  });
  source.index_ = std::move(index);
  return source;
}

}  // namespace heaptally
