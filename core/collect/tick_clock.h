// TickClock: the clock that stamps events, and what its ticks are in nanoseconds.
#pragma once

#include <cstdint>

#include "core/base/types.h"
#include "wire/layout.h"

namespace heaptally {

// Purpose: chooses the time stamp counter if it is invariant and the kernel trusts it on all
//   CPUs, else CLOCK_MONOTONIC; maps ticks to nanoseconds since construction. The rate of
//   the counter is measured against CLOCK_MONOTONIC, and again every second.
// Threads: now() from any; the rest from one.
class TickClock {
 public:
  // `monotonic`: CLOCK_MONOTONIC in any case.
  explicit TickClock(bool monotonic = false);

  wire::Clock kind() const { return kind_; }
  const char* name() const;  // "tsc" or "monotonic"

  std::uint64_t now() const;
  std::uint64_t ticks_of(Nanoseconds duration) const;
  // Never negative. Monotonic but for rounding across a call of adjust().
  Nanoseconds since_start(std::uint64_t ticks) const {
    const auto distance = static_cast<double>(static_cast<std::int64_t>(ticks - anchor_.ticks));
    const std::int64_t time =
        anchor_.nanoseconds + static_cast<std::int64_t>(distance * nanoseconds_per_tick_);
    return Nanoseconds(time < 0 ? 0 : time);
  }
  Nanoseconds elapsed() const { return since_start(now()); }

  // Measures the rate anew. From here on ticks map so that any error is made good slowly.
  void adjust();

 private:
  struct Reading {
    std::uint64_t ticks;
    std::int64_t nanoseconds;
  };
  Reading read() const;

  wire::Clock kind_;
  Reading start_;
  Reading anchor_;  // ticks, and the nanoseconds since the start that they map to
  double nanoseconds_per_tick_ = 1;
};

}  // namespace heaptally
