#include "core/profile/comparison.h"

#include <algorithm>

#include "core/profile/moment.h"

namespace heaptally {
namespace {

std::uint64_t nanoseconds(Nanoseconds time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
}

// As the kernel told it at the end; before that, and in earlier recordings, as it was sampled.
std::uint64_t cpu_time(const RecordingData& data) {
  if (data.header.cpu.count() != 0 || data.samples.empty()) return nanoseconds(data.header.cpu);
  return nanoseconds(data.samples.back().cpu);
}

}  // namespace

std::vector<ComparedFact> compare_facts(const RecordingData& a, const RecordingData& b) {
  using Unit = ComparedFact::Unit;
  const Header &x = a.header, &y = b.header;
  const std::uint64_t cpu_a = cpu_time(a), cpu_b = cpu_time(b);
  return {
      {"peak", "peak_bytes", Unit::kBytes, x.peak.bytes, y.peak.bytes},
      {"blocks at peak", "peak_count", Unit::kCount, x.peak.count, y.peak.count},
      {"total", "total_bytes", Unit::kBytes, x.total.bytes, y.total.bytes},
      {"allocations", "total_count", Unit::kCount, x.total.count, y.total.count},
      {"temporary", "temporary_count", Unit::kCount, x.temporary.count, y.temporary.count},
      {"live at end", "live_at_end_bytes", Unit::kBytes, x.live_at_end.bytes, y.live_at_end.bytes},
      {"wall time", "wall_ns", Unit::kTime, nanoseconds(run_time(a)), nanoseconds(run_time(b))},
      {"CPU time", "cpu_ns", Unit::kTime, cpu_a, cpu_b, cpu_a != 0 && cpu_b != 0},
      {"peak RSS", "peak_rss", Unit::kBytes, x.peak_rss, y.peak_rss,
       x.peak_rss != 0 && y.peak_rss != 0},
  };
}

}  // namespace heaptally
