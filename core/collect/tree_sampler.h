// TreeSampler: the memory and time of all processes, as the kernel sees them.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/collect/process_stats.h"
#include "core/collect/tick_clock.h"
#include "core/recording/model.h"

namespace heaptally {

// Purpose: adds up the processes now and then: every 10 ms, or less often where there are so many
//   that looking at them takes more than a fiftieth of the time. Threads: one at a time.
class TreeSampler {
 public:
  explicit TreeSampler(const TickClock& clock) : clock_(clock) {}

  bool is_due(Nanoseconds now) const { return now >= next_; }
  // `root`: the process whose highest RSS between samples counts as well.
  void sample(Nanoseconds now, const std::vector<std::int32_t>& pids, std::int32_t root);

  // A program that starts, which may have ended before the next sample.
  void begin(Nanoseconds now, const MemoryUse& use);

  // Those since the last call.
  std::vector<Sample> take() { return std::exchange(samples_, {}); }
  std::uint64_t first_rss() const { return first_rss_; }
  std::uint64_t peak_rss() const { return peak_rss_; }

 private:
  const TickClock& clock_;
  std::vector<Sample> samples_;
  Nanoseconds cpu_{0};
  std::uint64_t first_rss_ = 0;
  std::uint64_t peak_rss_ = 0;
  Nanoseconds next_{0};
};

}  // namespace heaptally
