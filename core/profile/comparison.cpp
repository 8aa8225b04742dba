#include "core/profile/comparison.h"

#include <algorithm>

#include "core/profile/moment.h"
#include "core/profile/run_amounts.h"

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

std::vector<ComparedFact> compare_facts(const Profile& profile_a, const Profile& profile_b,
                                        const Query& query) {
  using Unit = ComparedFact::Unit;
  const RecordingData &a = profile_a.data(), &b = profile_b.data();
  const RunAmounts x = run_amounts(profile_a, query), y = run_amounts(profile_b, query);
  const std::uint64_t cpu_a = cpu_time(a), cpu_b = cpu_time(b);
  const std::uint64_t rss_a = a.header.peak_rss, rss_b = b.header.peak_rss;
  return {
      {query.keeps_all() ? "peak" : "live at peak", "peak_bytes", Unit::kBytes, x.peak.bytes,
       y.peak.bytes},
      {"blocks at peak", "peak_count", Unit::kCount, x.peak.count, y.peak.count},
      {"total", "total_bytes", Unit::kBytes, x.total.bytes, y.total.bytes},
      {"allocations", "total_count", Unit::kCount, x.total.count, y.total.count},
      {"temporary", "temporary_count", Unit::kCount, x.temporary.count, y.temporary.count},
      {"live at end", "live_at_end_bytes", Unit::kBytes, x.live_at_end.bytes, y.live_at_end.bytes},
      {"wall time", "wall_ns", Unit::kTime, nanoseconds(run_time(a)), nanoseconds(run_time(b))},
      {"CPU time", "cpu_ns", Unit::kTime, cpu_a, cpu_b, cpu_a != 0 && cpu_b != 0},
      {"peak RSS", "peak_rss", Unit::kBytes, rss_a, rss_b, rss_a != 0 && rss_b != 0},
  };
}

}  // namespace heaptally
