#include "core/profile/kept.h"

#include "core/profile/domains.h"
#include "core/profile/named_places.h"

namespace heaptally {

std::vector<bool> kept_traces(const Profile& profile, const Query& query) {
  const RecordingData& data = profile.data();
  const Places& places = profile.places();
  std::vector<bool> kept = kept_traces(data, places, profile.sites(), query.filters);
  const auto leave = [&](const std::vector<std::string>& names, std::string_view option,
                         bool passing) {
    if (names.empty()) return;
    const std::vector<bool> passes =
        traces_through(data, places, places_named_by(places, names, option));
    for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = kept[i] && passes[i] == passing;
  };
  leave(query.through, "--through", true);
  leave(query.without, "--without", false);
  return kept;
}

std::vector<bool> kept_tallies(const Profile& profile, const Query& query) {
  const RecordingData& data = profile.data();
  const std::vector<bool> threads = kept_tasks(data, query.threads);
  const std::vector<bool> processes = kept_by_process(data, query.processes);
  const std::vector<bool> traces = kept_traces(profile, query);
  std::vector<bool> kept = tallies_in_domains(data, query.domains);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const TallyKey& tally = data.tallies[i];
    const std::size_t task = index_of(tally.task);
    kept[i] = kept[i] && threads[task] && processes[task] && traces[index_of(tally.trace)];
  }
  return kept;
}

Kept keep(const Profile& profile, const Snapshot& snapshot, const Query& query) {
  const RecordingData& data = profile.data();
  Kept result{.by_trace = std::vector<Amount>(data.traces.size()),
              .tallies = kept_tallies(profile, query),
              .kept = {},
              .whole = {}};
  const std::vector<bool> in_domains = tallies_in_domains(data, query.domains);
  for (std::size_t i = 0; i < data.tallies.size(); ++i) {
    if (!in_domains[i]) continue;
    const Amount amount = snapshot.amounts[i];
    result.whole += amount;
    if (!result.tallies[i]) continue;
    result.kept += amount;
    result.by_trace[index_of(data.tallies[i].trace)] += amount;
  }
  return result;
}

}  // namespace heaptally
