#include "core/profile/threads.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "core/base/error.h"
#include "core/profile/domains.h"
#include "core/profile/kept.h"

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 6> kThreadOrders = {"total", "allocations", "temporary",
                                                           "peak",  "end",         "name"};

void add(ThreadRow& row, const TallyTotals& totals) {
  row.total += totals.total;
  row.temporary += totals.temporary;
  row.live_at_peak += totals.live_at_peak;
  row.live_at_end += totals.live_at_end;
}

std::uint64_t rank(const ThreadRow& row, ThreadOrder order) {
  switch (order) {
    case ThreadOrder::kAllocations:
      return row.total.count;
    case ThreadOrder::kTemporary:
      return row.temporary.count;
    case ThreadOrder::kPeak:
      return row.live_at_peak.bytes;
    case ThreadOrder::kEnd:
      return row.live_at_end.bytes;
    case ThreadOrder::kTotal:
    case ThreadOrder::kName:
      break;
  }
  return row.total.bytes;
}

void sort(std::vector<ThreadRow>& rows, const RecordingData& data, ThreadOrder order) {
  std::stable_sort(rows.begin(), rows.end(), [&](const ThreadRow& a, const ThreadRow& b) {
    if (order == ThreadOrder::kName) {
      const Task& first = data.tasks[index_of(a.task)];
      const Task& second = data.tasks[index_of(b.task)];
      return std::tie(first.name, first.tid) < std::tie(second.name, second.tid);
    }
    return rank(a, order) > rank(b, order);
  });
}

}  // namespace

ThreadOrder parse_thread_order(std::string_view text) {
  const auto found = std::find(kThreadOrders.begin(), kThreadOrders.end(), text);
  if (found == kThreadOrders.end()) {
    throw Error("--sort " + std::string(text), "is no column",
                "choose total, allocations, temporary, peak, end or name", ExitCode::kUsage);
  }
  return static_cast<ThreadOrder>(found - kThreadOrders.begin());
}

std::string_view name_of(ThreadOrder order) {
  return kThreadOrders[static_cast<std::size_t>(order)];
}

Threads threads(const Profile& profile, const Query& query, ThreadOrder order) {
  const RecordingData& data = profile.data();
  const std::vector<bool> kept = kept_tallies(profile, query);
  std::vector<ThreadRow> all(data.tasks.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i].task = TaskId(i);
  Threads result;
  const std::vector<bool> in_domains = tallies_in_domains(data, query.domains);
  for (std::size_t i = 0; i < std::min(kept.size(), data.totals.size()); ++i) {
    if (in_domains[i]) add(result.whole, data.totals[i]);
    if (!kept[i]) continue;
    add(result.kept, data.totals[i]);
    add(all[index_of(thread_of(data, data.tallies[i].task))], data.totals[i]);
  }
  for (const ThreadRow& row : all) {
    if (row.total != Amount{}) result.rows.push_back(row);
  }
  result.threads = result.rows.size();
  sort(result.rows, data, order);
  if (query.limit != 0) result.rows.resize(std::min(result.rows.size(), query.limit));
  return result;
}

}  // namespace heaptally
