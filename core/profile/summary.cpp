#include "core/profile/summary.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/profile/domains.h"
#include "core/profile/run_amounts.h"

namespace heaptally {
namespace {

Statistics top_lines(const Profile& profile, Metric metric, Moment::Kind moment,
                     std::size_t lines) {
  // Peak and end need no timeline.
  const BucketSource no_timeline = [](const BucketVisitor&) {};
  const Snapshot snapshot = take_snapshot(profile.data(), no_timeline, metric, {moment});
  return statistics(profile, snapshot,
                    {.filters = {}, .threads = {}, .processes = {}, .domains = {}, .limit = lines});
}

// How many processes ran at the same time, at most.
std::uint64_t most_at_once(const std::vector<Process>& processes) {
  std::vector<std::pair<Nanoseconds, int>> changes;
  for (const Process& process : processes) {
    changes.emplace_back(process.start, 1);
    changes.emplace_back(std::max(process.start, process.end), -1);
  }
  std::sort(changes.begin(), changes.end());
  int running = 0, most = 1;
  for (const auto& [time, change] : changes) most = std::max(most, running += change);
  return static_cast<std::uint64_t>(most);
}

}  // namespace

bool heap_explains_little(const Summary& summary) {
  constexpr double kLowShare = 0.5;
  constexpr std::uint64_t kLibraries = 8 << 20;
  return summary.heap_share && *summary.heap_share < kLowShare &&
         summary.rss_growth - summary.peak.bytes >= kLibraries * summary.processes_at_once;
}

Summary summarize(const Profile& profile, std::size_t lines) {
  const RecordingData& data = profile.data();
  const Header& header = data.header;
  Summary summary;
  summary.duration = run_time(data);
  summary.at_peak = top_lines(profile, Metric::kLive, Moment::Kind::kPeak, lines);
  summary.at_end = top_lines(profile, Metric::kLive, Moment::Kind::kEnd, lines);
  summary.of_all = top_lines(profile, Metric::kTotal, Moment::Kind::kEnd, lines);
  for (const Task& task : data.tasks) {
    if (task.domain == kHeapDomain) summary.threads += task.threads;
  }
  for (const Domain& domain : data.domains) {
    const bool is_nothing = domain.total == Amount{};
    if (domain.id != kHeapDomain && !is_nothing) summary.domains.push_back(domain);
  }
  summary.processes_at_once = most_at_once(data.processes);
  const RunAmounts amounts = run_amounts(profile, {});
  summary.total = amounts.total;
  summary.temporary = amounts.temporary;
  summary.peak = amounts.peak;
  summary.live_at_end = amounts.live_at_end;
  summary.frees = header.complete ? header.frees : (amounts.total - amounts.live_at_end).count;
  // What RSS was before main is not known of imported ones.
  if (header.peak_rss > header.first_rss && header.imported_from.empty()) {
    summary.rss_growth = header.peak_rss - header.first_rss;
    summary.heap_share =
        static_cast<double>(summary.peak.bytes) / static_cast<double>(summary.rss_growth);
  }
  return summary;
}

}  // namespace heaptally
