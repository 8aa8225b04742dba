// Tallies: what each (trace, task, size class) allocated, holds, and held at the peak.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/id_map.h"
#include "core/base/types.h"
#include "core/collect/crossing_table.h"
#include "core/collect/survivor_table.h"
#include "core/recording/model.h"

namespace heaptally {

// The same for one process: its own high-water mark.
struct ProcessTally {
  Amount total;
  Amount live;
  Amount peak;
  Nanoseconds peak_time{0};
  std::uint64_t peak_number = 0;
  std::uint64_t recent_peak = 0;  // of live bytes, since it was last set to what they are
};

// The same for a domain other than the heap, with what those have of it. Neither the totals of all
// tallies nor a process's count what is in such a domain.
struct DomainTally {
  Amount total;
  Amount live;
  Amount live_at_end;  // of the process images that have ended
  Amount peak;
  Nanoseconds peak_time{0};
  std::uint64_t peak_number = 0;
};

// Purpose: constant work for each event; memory for each key that ever allocated.
//   Total, freed and temporary amounts, lifetimes, the amounts of the current time bucket,
//   and the amounts at the high-water mark.
// The high-water mark: whenever the total of live bytes exceeds every earlier one, that is
//   a new peak, with a new number. A tally that changes for the first time since the latest
//   peak first keeps what it had then (peak_live, of peak `peak_number`); one that has not
//   changed since still has it. So live_at_peak is exact, and costs O(1) an event. The same
//   is done for the process's own mark; where several share a tally, that means nothing.
// Domains: the totals and the marks are the heap's. Tallies of other domains are changed by the
//   functions that take a DomainTally. They too keep what they had at the heap's mark, and, in the
//   place of their process's mark, what they had at that of their domain.
// Threads: one at a time.
class Tallies {
 public:
  // The tally of a key; a new one if it is the first of it.
  TallyId tally_of(TraceId trace, TaskId task, SizeClass size_class);

  void allocate(TallyId tally, std::uint64_t size, Nanoseconds now, ProcessTally& process);
  void free(TallyId tally, std::uint64_t size, Nanoseconds birth, Nanoseconds now, bool temporary,
            ProcessTally& process);
  // The block is live as its process image ends: it is a leak of that.
  void end(TallyId tally, std::uint64_t size, Nanoseconds birth, ProcessTally& process);

  // The block is live, and is not to be known any more.
  void forget(TallyId tally, std::uint64_t size, Nanoseconds birth, ProcessTally& process);

  // What is freed of a block of another domain: all of it, or a part of a mapping. The block is
  // counted with the last one.
  struct FreedPart {
    std::uint64_t bytes = 0;
    bool is_last = true;
    Nanoseconds birth{0};
    Nanoseconds now{0};
    std::optional<std::uint64_t> temporary = std::nullopt;  // the block's size, if it was one
  };
  // The same for blocks of another domain.
  void allocate(TallyId tally, std::uint64_t size, Nanoseconds now, DomainTally& domain);
  void free(TallyId tally, const FreedPart& part, DomainTally& domain);
  void forget(TallyId tally, std::uint64_t size, Nanoseconds birth, DomainTally& domain);
  void end(TallyId tally, std::uint64_t size, Nanoseconds birth, DomainTally& domain);

  TraceId trace_of(TallyId tally) const { return keys_[index_of(tally)].trace; }
  TaskId task_of(TallyId tally) const { return keys_[index_of(tally)].task; }

  Amount total() const { return total_; }
  Amount live() const { return live_; }
  Amount temporary() const { return temporary_; }
  Amount peak() const { return peak_; }
  Amount live_at_end() const { return ended_ + live_; }
  Nanoseconds peak_time() const { return peak_time_; }

  // The bucket since the last call, which ends now. Its deltas are ascending by id.
  Bucket take_bucket(Nanoseconds start, Nanoseconds width);
  bool bucket_is_empty() const { return dirty_.empty(); }
  // What take_bucket() would return now; the bucket goes on.
  Bucket bucket_so_far(Nanoseconds start, Nanoseconds width) const;

  // A mark at `time`: what is born from now on is not born before it. What crossed the mark before
  // and left since, and what process images held that ended since.
  std::vector<Crossing> begin_generation(Nanoseconds time) { return crossings_.begin(time); }
  const CrossingTable& crossings() const { return crossings_; }

  // Keys added since the last call.
  std::vector<TallyKey> take_new_keys();
  // `peak_number_of`: of the process of a task, none if it is of several; or of its domain.
  using PeakNumberOf = std::function<std::optional<std::uint64_t>(TaskId)>;
  std::vector<TallyTotals> totals(const PeakNumberOf& peak_number_of) const;
  // What was passed to end(), by the bucket of its birth.
  std::vector<Survivors> survivors() const { return survivors_.all(); }
  const SurvivorTable& survivor_table() const { return survivors_; }

 private:
  // What each event changes, one cache line: the bucket's amounts and the peaks that were seen.
  struct alignas(64) Current {
    Amount allocated, freed, temporary;
    std::uint64_t peak_number = 0;
    std::uint64_t process_peak_number = 0;

    bool is_dirty() const { return allocated.count != 0 || freed.count != 0; }
  };
  static_assert(sizeof(Current) == 64);
  // All before the current bucket.
  struct Past {
    std::vector<std::uint64_t> lifetimes;  // of the whole run; by class, as many as needed
    Amount total, temporary, live;
    Amount ended;  // live when its process image ended, of the whole run
    Amount peak_live;
    Amount process_peak_live;
  };

  [[gnu::always_inline]] Current& change(TallyId id, const ProcessTally& process) {
    Current& tally = current_[index_of(id)];
    if (tally.peak_number != peak_number_ || tally.process_peak_number != process.peak_number) {
      keep_peaks(id, process.peak_number);
    }
    if (!tally.is_dirty()) dirty_.push_back(id);
    return tally;
  }
  Current& change_in_domain(TallyId id, const DomainTally& domain);
  [[gnu::always_inline]] void count_lifetime(TallyId id, Nanoseconds lifetime);
  static void grow(std::vector<std::uint64_t>& lifetimes, std::size_t size);
  void keep_peaks(TallyId id, std::uint64_t process_peak_number);
  Amount live_of(std::size_t i) const {
    return past_[i].live + current_[i].allocated - current_[i].freed;
  }

  IdMap ids_;
  std::vector<TallyKey> keys_;
  std::vector<Current> current_;
  std::vector<Past> past_;
  std::size_t keys_taken_ = 0;
  std::vector<TallyId> dirty_;

  Amount total_, live_, temporary_, peak_, ended_;
  Nanoseconds peak_time_{0};
  std::uint64_t peak_number_ = 0;
  std::uint64_t bucket_max_live_ = 0;
  SurvivorTable survivors_;
  CrossingTable crossings_;
};

inline void Tallies::allocate(TallyId id, std::uint64_t size, Nanoseconds now,
                              ProcessTally& process) {
  const Amount block = {size, 1};
  change(id, process).allocated += block;
  total_ += block;
  live_ += block;
  bucket_max_live_ = std::max(bucket_max_live_, live_.bytes);
  if (live_.bytes > peak_.bytes) {
    peak_ = live_;
    peak_time_ = now;
    ++peak_number_;
  }
  process.total += block;
  process.live += block;
  process.recent_peak = std::max(process.recent_peak, process.live.bytes);
  if (process.live.bytes > process.peak.bytes) {
    process.peak = process.live;
    process.peak_time = now;
    ++process.peak_number;
  }
}

inline void Tallies::free(TallyId id, std::uint64_t size, Nanoseconds birth, Nanoseconds now,
                          bool temporary, ProcessTally& process) {
  const Amount block = {size, 1};
  Current& tally = change(id, process);
  tally.freed += block;
  live_ -= block;
  process.live -= block;
  if (temporary) {
    tally.temporary += block;
    temporary_ += block;
  }
  if (birth < crossings_.latest()) [[unlikely]]
    crossings_.add_freed(birth, id, block);
  count_lifetime(id, now - birth);
}

inline void Tallies::count_lifetime(TallyId id, Nanoseconds lifetime) {
  const auto nanoseconds = static_cast<std::uint64_t>(std::max(lifetime, Nanoseconds{0}).count());
  const auto lifetime_class = static_cast<std::size_t>(std::bit_width(nanoseconds));
  std::vector<std::uint64_t>& lifetimes = past_[index_of(id)].lifetimes;
  if (lifetimes.size() <= lifetime_class) [[unlikely]]
    grow(lifetimes, lifetime_class + 1);
  ++lifetimes[lifetime_class];
}

}  // namespace heaptally
