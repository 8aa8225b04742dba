#include "core/profile/process_amounts.h"

#include <algorithm>

#include "core/profile/filter.h"
#include "core/profile/kept.h"

namespace heaptally {
namespace {

// The image whose high-water mark is its process's.
ProcessId image_of_peak(const RecordingData& data, const WholeProcess& process) {
  return *std::max_element(
      process.images.begin(), process.images.end(), [&](ProcessId a, ProcessId b) {
        return data.processes[index_of(a)].peak.bytes < data.processes[index_of(b)].peak.bytes;
      });
}

std::vector<ProcessAmounts> amounts_of(const Profile& profile, const Processes& processes,
                                       const Query& query) {
  const RecordingData& data = profile.data();
  const std::vector<bool> kept = kept_tallies(profile, query);
  std::vector<ProcessId> of_peak;
  for (const WholeProcess& process : processes) of_peak.push_back(image_of_peak(data, process));
  std::vector<ProcessAmounts> all(processes.size());
  for (std::size_t i = 0; i < std::min(kept.size(), data.totals.size()); ++i) {
    if (!kept[i]) continue;
    const TallyTotals& totals = data.totals[i];
    const ProcessId image = data.tasks[index_of(data.tallies[i].task)].process;
    const std::size_t number = processes.of(image);
    ProcessAmounts& amounts = all[number];
    amounts.total += totals.total;
    amounts.temporary += totals.temporary;
    amounts.live_at_peak += totals.live_at_peak;
    amounts.live_at_end += totals.live_at_end;
    if (image == of_peak[number]) amounts.own_peak += totals.live_at_process_peak;
  }
  return all;
}

void add(ProcessAmounts& sum, const ProcessAmounts& amounts) {
  sum.total += amounts.total;
  sum.temporary += amounts.temporary;
  sum.live_at_peak += amounts.live_at_peak;
  sum.live_at_end += amounts.live_at_end;
  if (amounts.own_peak.bytes > sum.own_peak.bytes) sum.own_peak = amounts.own_peak;
}

}  // namespace

ChosenProcesses choose_processes(const Profile& profile, const Processes& processes,
                                 const Query& query) {
  ChosenProcesses result{.amounts = amounts_of(profile, processes, query),
                         .chosen = matching_processes(processes, query.processes),
                         .count = 0,
                         .sum = {}};
  const bool restricts_tallies =
      query.restricts_traces() || !query.threads.empty() || !query.domains.empty();
  for (std::size_t i = 0; i < processes.size(); ++i) {
    // What is stored of a process is right where tallies were folded, too.
    if (!restricts_tallies) {
      result.amounts[i].total = processes[i].total;
      result.amounts[i].own_peak = processes[i].peak;
      result.amounts[i].live_at_end = processes[i].live_at_end;
    } else if (result.amounts[i].total == Amount{}) {
      result.chosen[i] = false;
    }
    if (processes[i].processes == 0) result.chosen[i] = false;  // what threads share
    if (!result.chosen[i]) continue;
    ++result.count;
    add(result.sum, result.amounts[i]);
  }
  return result;
}

}  // namespace heaptally
