#include "core/profile/statistics.h"

#include <algorithm>
#include <span>
#include <tuple>

#include "core/base/error.h"
#include "core/profile/domains.h"
#include "core/profile/kept.h"
#include "core/profile/processes.h"

namespace heaptally {
namespace {

constexpr Amount kNothing{};

// The rows of one question while they are added up.
class Rows {
 public:
  void add(std::uint32_t key, Amount amount) {
    if (key >= amounts_.size()) amounts_.resize(key + 1);
    amounts_[key] += amount;
  }

  // `key_of(number)` gives the key of a row.
  template <class KeyOf>
  std::vector<Statistic> statistics(KeyOf key_of) const {
    std::vector<Statistic> rows;
    for (std::size_t i = 0; i < amounts_.size(); ++i) {
      if (amounts_[i] == kNothing) continue;
      rows.push_back({key_of(static_cast<std::uint32_t>(i)), amounts_[i]});
    }
    return rows;
  }

 private:
  std::vector<Amount> amounts_;
};

// Calls `visit(key)` for each distinct key among the places of a trace.
class DistinctKeys {
 public:
  DistinctKeys(const Profile& profile, PlaceKeys& keys) : profile_(profile), keys_(keys) {}

  template <class Visit>
  void visit(TraceId trace, Visit visit) {
    ++round_;
    const auto once = [&](PlaceId place) {
      const std::uint32_t key = keys_[place];
      if (key >= last_round_.size()) last_round_.resize(key + 1);
      if (last_round_[key] == round_) return;
      last_round_[key] = round_;
      visit(key);
    };
    if (trace == kRootTrace) once(kUnknownPlace);
    for_each_place(profile_.data(), profile_.places(), trace, [&](PlaceId place) {
      if (place != kCutPlace) once(place);
    });
  }

 private:
  const Profile& profile_;
  PlaceKeys& keys_;
  std::vector<std::uint32_t> last_round_;  // by key
  std::uint32_t round_ = 0;
};

std::vector<Statistic> by_site(const Profile& profile, const Kept& kept, Group group) {
  PlaceKeys keys(profile.places(), group);
  Rows rows;
  for (std::size_t i = 0; i < kept.by_trace.size(); ++i) {
    if (kept.by_trace[i] == kNothing) continue;
    rows.add(keys[profile.sites()[TraceId(i)]], kept.by_trace[i]);
  }
  return rows.statistics([&](std::uint32_t key) { return Key{.place = keys.representative(key)}; });
}

std::vector<Statistic> by_any_place(const Profile& profile, const Kept& kept, Group group) {
  PlaceKeys keys(profile.places(), group);
  DistinctKeys distinct(profile, keys);
  Rows rows;
  for (std::size_t i = 0; i < kept.by_trace.size(); ++i) {
    const Amount amount = kept.by_trace[i];
    if (amount == kNothing) continue;
    distinct.visit(TraceId(i), [&](std::uint32_t key) { rows.add(key, amount); });
  }
  return rows.statistics([&](std::uint32_t key) { return Key{.place = keys.representative(key)}; });
}

std::vector<Statistic> by_traceback(const Profile& profile, const Kept& kept) {
  TracebackKeys keys(profile);
  Rows rows;
  for (std::size_t i = 0; i < kept.by_trace.size(); ++i) {
    if (kept.by_trace[i] == kNothing) continue;
    rows.add(keys[TraceId(i)], kept.by_trace[i]);
  }
  return rows.statistics([&](std::uint32_t key) {
    const TraceId trace = keys.representative(key);
    return Key{.place = profile.sites()[trace], .trace = trace};
  });
}

// `key_of(tally)` gives the number of a row.
template <class KeyOf>
Rows rows_of_tallies(const Profile& profile, const Snapshot& snapshot, const Kept& kept,
                     KeyOf key_of) {
  Rows rows;
  for (std::size_t i = 0; i < kept.tallies.size(); ++i) {
    if (!kept.tallies[i]) continue;
    rows.add(static_cast<std::uint32_t>(key_of(profile.data().tallies[i])), snapshot.amounts[i]);
  }
  return rows;
}

std::vector<Statistic> by_task(const Profile& profile, const Snapshot& snapshot, const Kept& kept) {
  const Rows rows = rows_of_tallies(profile, snapshot, kept, [&](const TallyKey& tally) {
    return index_of(thread_of(profile.data(), tally.task));
  });
  return rows.statistics([](std::uint32_t key) { return Key{.task = TaskId(key)}; });
}

std::vector<Statistic> by_process(const Profile& profile, const Snapshot& snapshot,
                                  const Kept& kept) {
  const RecordingData& data = profile.data();
  const Processes processes(data);
  const Rows rows = rows_of_tallies(profile, snapshot, kept, [&](const TallyKey& tally) {
    return processes.of(data.tasks[index_of(tally.task)].process);
  });
  return rows.statistics(
      [&](std::uint32_t key) { return Key{.process = processes[key].images.back()}; });
}

std::vector<Statistic> by_size(const Profile& profile, const Snapshot& snapshot, const Kept& kept) {
  const Rows rows = rows_of_tallies(profile, snapshot, kept,
                                    [](const TallyKey& tally) { return tally.size_class; });
  return rows.statistics(
      [](std::uint32_t key) { return Key{.size_class = static_cast<SizeClass>(key)}; });
}

std::vector<Statistic> rows_of(const Profile& profile, const Snapshot& snapshot, const Kept& kept,
                               const Query& query) {
  if (query.cumulative) return by_any_place(profile, kept, query.group);
  if (is_by_place(query.group)) return by_site(profile, kept, query.group);
  switch (query.group) {
    case Group::kThread:
      return by_task(profile, snapshot, kept);
    case Group::kProcess:
      return by_process(profile, snapshot, kept);
    case Group::kSize:
      return by_size(profile, snapshot, kept);
    default:
      return by_traceback(profile, kept);
  }
}

// Orders rows of equal amounts by key.
void sort_keys_descending(const Profile& profile, Group group, std::span<Statistic> rows) {
  if (rows.size() < 2) return;
  if (group != Group::kTraceback) {
    std::sort(rows.begin(), rows.end(), [&](const Statistic& a, const Statistic& b) {
      return compare_keys(profile, group, a.key, b.key) > 0;
    });
    return;
  }
  std::vector<std::pair<std::vector<PlaceId>, Statistic>> by_traceback;
  by_traceback.reserve(rows.size());
  for (const Statistic& row : rows) {
    by_traceback.emplace_back(traceback(profile, row.key.trace), row);
  }
  std::sort(by_traceback.begin(), by_traceback.end(), [&](const auto& a, const auto& b) {
    return compare_tracebacks(profile.places(), a.first, b.first) > 0;
  });
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = by_traceback[i].second;
}

// Puts the first `limit` rows in order and drops the others. Keys are compared only among rows of
// equal amounts that can be shown: comparing tracebacks is slow.
void sort_and_limit(const Profile& profile, const Query& query, std::vector<Statistic>& rows) {
  const auto rank = [&](const Statistic& row) {
    const auto [bytes, count] = row.amount;
    return query.sort == SortBy::kSize ? std::tuple(bytes, count) : std::tuple(count, bytes);
  };
  std::sort(rows.begin(), rows.end(),
            [&](const Statistic& a, const Statistic& b) { return rank(a) > rank(b); });
  const std::size_t limit = query.limit == 0 ? rows.size() : std::min(query.limit, rows.size());
  for (std::size_t first = 0; first < limit;) {
    std::size_t last = first + 1;
    while (last < rows.size() && rank(rows[last]) == rank(rows[first])) ++last;
    sort_keys_descending(profile, query.group, std::span(rows).subspan(first, last - first));
    first = last;
  }
  rows.resize(limit);
}

// What traces through any of the rows hold: cumulative rows overlap.
Amount covered_by(const Profile& profile, const Kept& kept, const Query& query,
                  const std::vector<Statistic>& rows) {
  Amount covered;
  if (!query.cumulative) {
    for (const Statistic& row : rows) covered += row.amount;
    return covered;
  }
  PlaceKeys keys(profile.places(), query.group);
  for (const Statistic& row : rows) keys[row.key.place];
  const std::size_t shown = keys.size();
  for (std::size_t i = 0; i < kept.by_trace.size(); ++i) {
    if (kept.by_trace[i] == kNothing) continue;
    bool through = i == 0 && keys[kUnknownPlace] < shown;
    for_each_place(profile.data(), profile.places(), TraceId(i), [&](PlaceId place) {
      through = through || (place != kCutPlace && keys[place] < shown);
    });
    if (through) covered += kept.by_trace[i];
  }
  return covered;
}

}  // namespace

SortBy parse_sort(std::string_view text) {
  if (text == "size") return SortBy::kSize;
  if (text == "count") return SortBy::kCount;
  throw Error("--sort " + std::string(text), "is no order", "choose size or count",
              ExitCode::kUsage);
}

std::string_view name_of(SortBy sort) { return sort == SortBy::kSize ? "size" : "count"; }

void check(const Query& query) {
  if (query.cumulative && !is_by_place(query.group)) {
    throw Error("--cumulative", "cannot go with --group " + std::string(name_of(query.group)),
                "choose lineno, filename, function or module", ExitCode::kUsage);
  }
}

Statistics unordered_statistics(const Profile& profile, const Snapshot& snapshot,
                                const Query& query) {
  check(query);
  const Kept kept = keep(profile, snapshot, query);
  Statistics result{.rows = rows_of(profile, snapshot, kept, query),
                    .covered = kept.kept,
                    .kept = kept.kept,
                    .whole = kept.whole};
  result.groups = result.rows.size();
  return result;
}

Statistics statistics(const Profile& profile, const Snapshot& snapshot, const Query& query) {
  check(query);
  const Kept kept = keep(profile, snapshot, query);
  Statistics result{.rows = rows_of(profile, snapshot, kept, query),
                    .covered = {},
                    .kept = kept.kept,
                    .whole = kept.whole};
  result.groups = result.rows.size();
  sort_and_limit(profile, query, result.rows);
  result.covered = covered_by(profile, kept, query, result.rows);
  return result;
}

}  // namespace heaptally
