#include "core/profile/kept.h"

namespace heaptally {

Kept keep(const Profile& profile, const Snapshot& snapshot, const Query& query) {
  const RecordingData& data = profile.data();
  const std::vector<bool> threads = kept_tasks(data, query.threads);
  const std::vector<bool> processes = kept_by_process(data, query.processes);
  const std::vector<bool> traces =
      kept_traces(data, profile.places(), profile.sites(), query.filters);
  Kept result{.by_trace = std::vector<Amount>(data.traces.size()),
              .tallies = std::vector<bool>(data.tallies.size()),
              .kept = {},
              .whole = {}};
  for (std::size_t i = 0; i < data.tallies.size(); ++i) {
    const TallyKey& tally = data.tallies[i];
    const Amount amount = snapshot.amounts[i];
    result.whole += amount;
    const std::size_t task = index_of(tally.task);
    if (!threads[task] || !processes[task] || !traces[index_of(tally.trace)]) continue;
    result.tallies[i] = true;
    result.kept += amount;
    result.by_trace[index_of(tally.trace)] += amount;
  }
  return result;
}

}  // namespace heaptally
