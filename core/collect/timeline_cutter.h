// TimelineCutter: cuts the run into time buckets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "core/collect/tallies.h"

namespace heaptally {

// Purpose: closes a bucket of the tallies when its time is over, and at each mark. The longer the
//   run, the wider the buckets: 1 ms at first, twice as wide each time that 1,024 of a width have
//   passed. A bucket starts at a multiple of its width or at a mark, and after the end of the one
//   before; it ends a width later or at a mark.
// Threads: one at a time.
class TimelineCutter {
 public:
  // Marks beyond these are counted and forgotten: each costs a row of the timeline for good.
  static constexpr std::size_t kMostMarks = 4096;
  // Those that the clock sets are fewer, so that there is room for the program's own.
  static constexpr std::size_t kMostPeriodic = 3072;

  explicit TimelineCutter(Tallies& tallies) : tallies_(tallies) {}

  // When the current bucket ends, or a mark is to be set, whichever is first.
  Nanoseconds end() const {
    const Nanoseconds end = std::min(end_, next_periodic_);
    return to_come_.empty() ? end : std::min(end, to_come_.front().time);
  }
  // The time has come to `now`: sets the marks that are due, and closes the bucket if it is over.
  void advance(Nanoseconds now);
  // Closes it in any case; the next one holds `now`.
  void close(Nanoseconds now);

  // Sets a mark at `now`, after what the tallies have by now and before all else.
  void mark(std::string name, ProcessId process, Nanoseconds now);
  // ... and at a time that is still to come, for advance() to set. Later calls give later times.
  void mark_at(std::string name, ProcessId process, Nanoseconds time);

  // The current bucket as it is; it goes on.
  Bucket bucket_so_far() const { return tallies_.bucket_so_far(start_, end_ - start_); }

  // Sets a mark each time that `interval` has passed, the first when it has passed once. Before the
  // first advance().
  void mark_every(Nanoseconds interval, std::string name, ProcessId process);

  // Those since the last call. Each bucket ends, or begins, at the marks that it touches.
  std::vector<Bucket> take() { return std::exchange(buckets_, {}); }
  std::vector<Mark> take_marks() { return std::exchange(marks_, {}); }
  // What crossed the marks (see Tallies::begin_generation), but the latest.
  std::vector<Crossing> take_crossings() { return std::exchange(crossings_, {}); }
  Nanoseconds latest_mark() const { return latest_mark_; }
  std::size_t marks_set() const { return marks_set_; }
  std::uint64_t dropped_marks() const { return dropped_marks_; }

 private:
  static constexpr Nanoseconds kFirstWidth{1'000'000};
  static constexpr std::int64_t kBucketsOfAWidth = 1024;

  void set_periodic();

  Tallies& tallies_;
  std::vector<Bucket> buckets_;
  std::vector<Mark> marks_;
  std::vector<Crossing> crossings_;
  Nanoseconds latest_mark_{0};
  std::deque<Mark> to_come_;
  Mark periodic_;  // but for its time
  Nanoseconds interval_{0};
  Nanoseconds next_periodic_{Nanoseconds::max()};
  std::size_t periodic_set_ = 0;
  std::size_t marks_set_ = 0;
  std::uint64_t dropped_marks_ = 0;
  Nanoseconds start_{0};  // of the current bucket
  Nanoseconds width_{kFirstWidth};
  Nanoseconds end_{kFirstWidth};
};

}  // namespace heaptally
