// SurvivorTable: when the blocks were born that were never freed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/recording/model.h"

namespace heaptally {

// Purpose: adds up the blocks that were live as their process image ended, by the bucket of the
//   timeline in which they were allocated and by tally. So what leaked since the edge of a bucket
//   is known exactly, without a word more for each block.
// Memory: an entry for each pair of a bucket and a tally that has any. Buckets widen as the run
//   gets longer (TimelineCutter), so there are some three times as many as the file has rows.
// Threads: one at a time.
class SurvivorTable {
 public:
  // A bucket was cut; buckets come in order of time. What is born later is of a bucket to come.
  void begin_after(Nanoseconds start, Nanoseconds end);
  // A block that was never freed.
  void add(Nanoseconds birth, TallyId tally, std::uint64_t size);

  // In order of time, each with its tallies ascending.
  std::vector<Survivors> all() const;

 private:
  std::size_t bucket_of(Nanoseconds birth) const;

  std::vector<Nanoseconds> starts_;                    // of the buckets that were cut
  Nanoseconds end_{0};                                 // of the last of them
  std::unordered_map<std::uint64_t, Amount> amounts_;  // by bucket and tally, 32 bits each
};

}  // namespace heaptally
