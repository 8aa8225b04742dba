#include "core/library/state.h"
#include "core/profile/filter.h"

namespace heaptally::profile {
namespace {

// The same snapshot without the tallies that are not kept.
Snapshot only(const SnapshotState& from, const std::vector<bool>& kept,
              std::size_t (*index)(const TallyKey&)) {
  heaptally::Snapshot snapshot = from.snapshot;
  const std::vector<TallyKey>& tallies = from.state->profile.data().tallies;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    if (!kept[index(tallies[i])]) snapshot.amounts[i] = {};
  }
  return Access::snapshot(from.state, std::move(snapshot));
}

std::size_t trace_of(const TallyKey& tally) { return index_of(tally.trace); }
std::size_t task_of(const TallyKey& tally) { return index_of(tally.task); }

Amount sum(const heaptally::Snapshot& snapshot) {
  Amount all;
  for (const Amount amount : snapshot.amounts) all += amount;
  return all;
}

Query query_of(std::string_view key, bool cumulative, std::size_t limit) {
  Query query;
  query.group = parse_group(key, "key");
  query.cumulative = cumulative;
  query.limit = limit;
  if (cumulative && !is_by_place(query.group)) {
    throw Error("cumulative: cannot go with key " + std::string(key) +
                    "; choose lineno, filename, function or module",
                true);
  }
  return query;
}

}  // namespace

Metric Snapshot::metric() const {
  switch (state_->snapshot.metric) {
    case heaptally::Metric::kTotal:
      return Metric::kTotal;
    case heaptally::Metric::kTemporary:
      return Metric::kTemporary;
    default:
      return Metric::kLive;
  }
}

std::chrono::nanoseconds Snapshot::time() const { return state_->snapshot.time; }
bool Snapshot::is_exact() const { return state_->snapshot.exact; }
std::uint64_t Snapshot::size() const { return sum(state_->snapshot).bytes; }
std::uint64_t Snapshot::count() const { return sum(state_->snapshot).count; }

Snapshot Snapshot::filter_traces(const std::vector<Filter>& filters) const {
  return answered([&] {
    std::vector<heaptally::Filter> all;
    all.reserve(filters.size());
    for (const Filter& filter : filters) {
      all.push_back({.text = filter.filename_pattern,
                     .pattern = Pattern(filter.filename_pattern),
                     .line = filter.lineno,
                     .inclusive = filter.inclusive,
                     .all_frames = filter.all_frames});
    }
    const Profile& profile = state_->state->profile;
    return only(*state_, kept_traces(profile.data(), profile.places(), profile.sites(), all),
                trace_of);
  });
}

Snapshot Snapshot::only_threads(const std::vector<std::string>& threads) const {
  return answered(
      [&] { return only(*state_, kept_tasks(state_->state->profile.data(), threads), task_of); });
}

Snapshot Snapshot::only_processes(const std::vector<std::string>& processes) const {
  return answered([&] {
    return only(*state_, kept_by_process(state_->state->profile.data(), processes), task_of);
  });
}

std::vector<Statistic> Snapshot::statistics(std::string_view key, bool cumulative,
                                            std::size_t limit) const {
  return answered([&] {
    const Query query = query_of(key, cumulative, limit);
    const std::shared_ptr<const State>& state = state_->state;
    return Access::statistics(
        {state, query.group, heaptally::statistics(state->profile, state_->snapshot, query).rows});
  });
}

std::vector<StatisticDifference> Snapshot::compare_to(const Snapshot& old, std::string_view key,
                                                      bool cumulative, std::size_t limit) const {
  return answered([&] {
    const Query query = query_of(key, cumulative, limit);
    const std::shared_ptr<const State>&before = old.state_->state, &after = state_->state;
    return Access::differences({before, after, query.group,
                                heaptally::compare({before->profile, old.state_->snapshot},
                                                   {after->profile, state_->snapshot}, query)
                                    .rows});
  });
}

}  // namespace heaptally::profile
