#include <algorithm>

#include "core/library/state.h"
#include "core/profile/domains.h"
#include "core/profile/filter.h"

namespace heaptally::profile {
namespace {

// The same snapshot without the tallies of tasks that are not kept.
Snapshot only(const SnapshotState& from, const std::vector<bool>& kept) {
  heaptally::Snapshot snapshot = from.snapshot;
  const std::vector<TallyKey>& tallies = from.state->profile.data().tallies;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    if (!kept[index_of(tallies[i].task)]) snapshot.amounts[i] = {};
  }
  return Access::snapshot(from.state, std::move(snapshot), from.has_all_domains);
}

std::vector<std::string> domains_of(const SnapshotState& of) {
  return of.has_all_domains ? std::vector<std::string>{"all"} : std::vector<std::string>{};
}

Amount sum(const SnapshotState& of) {
  const std::vector<bool> counts = tallies_in_domains(of.state->profile.data(), domains_of(of));
  Amount all;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i]) all += of.snapshot.amounts[i];
  }
  return all;
}

// By tally: which of them a filter matches, inclusive or not. Names of domains are no patterns.
std::vector<bool> matches(const Profile& profile, const Filter& filter) {
  const RecordingData& data = profile.data();
  const std::vector<bool> traces = kept_traces(data, profile.places(), profile.sites(),
                                               {{.text = filter.filename_pattern,
                                                 .pattern = Pattern(filter.filename_pattern),
                                                 .line = filter.lineno,
                                                 .inclusive = true,
                                                 .all_frames = filter.all_frames}});
  std::optional<DomainId> domain;
  if (filter.domain) domain = domain_called(data, *filter.domain, "domain " + *filter.domain);
  std::vector<bool> result(data.tallies.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const TallyKey& tally = data.tallies[i];
    result[i] = traces[index_of(tally.trace)] &&
                (!domain || data.tasks[index_of(tally.task)].domain == *domain);
  }
  return result;
}

std::vector<bool> matches(const Profile& profile, const DomainFilter& filter) {
  const RecordingData& data = profile.data();
  const DomainId domain = domain_called(data, filter.domain, "domain " + filter.domain);
  std::vector<bool> result(data.tallies.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = data.tasks[index_of(data.tallies[i].task)].domain == domain;
  }
  return result;
}

// Takes out what no inclusive filter matches, if there is any, and what an exclusive one does.
class Sieve {
 public:
  explicit Sieve(const Profile& profile)
      : profile_(profile), in_(profile.data().tallies.size()), out_(in_) {}

  template <class AnyFilter>
  void add(const std::vector<AnyFilter>& filters) {
    for (const AnyFilter& filter : filters) {
      const std::vector<bool> matched = matches(profile_, filter);
      std::vector<bool>& side = filter.inclusive ? in_ : out_;
      any_inclusive_ = any_inclusive_ || filter.inclusive;
      for (std::size_t i = 0; i < side.size(); ++i) side[i] = side[i] || matched[i];
    }
  }

  void apply_to(heaptally::Snapshot& snapshot) const {
    for (std::size_t i = 0; i < in_.size(); ++i) {
      if ((any_inclusive_ && !in_[i]) || out_[i]) snapshot.amounts[i] = {};
    }
  }

 private:
  const Profile& profile_;
  std::vector<bool> in_, out_;  // by tally
  bool any_inclusive_ = false;
};

Query query_of(const SnapshotState& of, std::string_view key, bool cumulative, std::size_t limit) {
  Query query;
  query.domains = domains_of(of);
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
std::uint64_t Snapshot::size() const { return sum(*state_).bytes; }
std::uint64_t Snapshot::count() const { return sum(*state_).count; }

Snapshot Snapshot::filter_traces(const std::vector<Filter>& filters) const {
  return filter_traces(filters, {});
}

Snapshot Snapshot::filter_traces(const std::vector<Filter>& filters,
                                 const std::vector<DomainFilter>& domains) const {
  return answered([&] {
    Sieve sieve(state_->state->profile);
    sieve.add(filters);
    sieve.add(domains);
    heaptally::Snapshot snapshot = state_->snapshot;
    sieve.apply_to(snapshot);
    const bool by_domain =
        !domains.empty() || std::any_of(filters.begin(), filters.end(),
                                        [](const Filter& f) { return f.domain.has_value(); });
    return Access::snapshot(state_->state, std::move(snapshot),
                            state_->has_all_domains || by_domain);
  });
}

Snapshot Snapshot::only_threads(const std::vector<std::string>& threads) const {
  return answered(
      [&] { return only(*state_, kept_tasks(state_->state->profile.data(), threads)); });
}

Snapshot Snapshot::only_processes(const std::vector<std::string>& processes) const {
  return answered(
      [&] { return only(*state_, kept_by_process(state_->state->profile.data(), processes)); });
}

std::vector<Statistic> Snapshot::statistics(std::string_view key, bool cumulative,
                                            std::size_t limit) const {
  return answered([&] {
    const Query query = query_of(*state_, key, cumulative, limit);
    const std::shared_ptr<const State>& state = state_->state;
    return Access::statistics(
        {state, query.group, heaptally::statistics(state->profile, state_->snapshot, query).rows});
  });
}

std::vector<StatisticDifference> Snapshot::compare_to(const Snapshot& old, std::string_view key,
                                                      bool cumulative, std::size_t limit) const {
  return answered([&] {
    if (old.state_->has_all_domains != state_->has_all_domains) {
      throw Error(
          "compare_to: of one of the snapshots the heap alone counts; filter both by domain", true);
    }
    const Query query = query_of(*state_, key, cumulative, limit);
    const std::shared_ptr<const State>&before = old.state_->state, &after = state_->state;
    return Access::differences({before, after, query.group,
                                heaptally::compare({before->profile, old.state_->snapshot},
                                                   {after->profile, state_->snapshot}, query)
                                    .rows});
  });
}

}  // namespace heaptally::profile
