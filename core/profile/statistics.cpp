#include "core/profile/statistics.h"

#include <algorithm>
#include <span>
#include <tuple>

#include "core/base/error.h"
#include "core/profile/domains.h"
#include "core/profile/groupings.h"
#include "core/profile/kept.h"
#include "core/profile/processes.h"

namespace heaptally {
namespace {

constexpr Amount kNothing{};

// The rows of one question while they are added up, by number of the key.
class Rows {
 public:
  explicit Rows(std::size_t keys) : amounts_(keys) {}

  void add(std::uint32_t key, Amount amount) { amounts_[key] += amount; }

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

std::vector<Statistic> by_site(const Profile& profile, const Kept& kept, Group group) {
  const PlaceKeys& keys = profile.groupings().places(group);
  Rows rows(keys.size());
  for (std::size_t i = 0; i < kept.by_trace.size(); ++i) {
    if (kept.by_trace[i] == kNothing) continue;
    rows.add(keys[profile.sites()[TraceId(i)]], kept.by_trace[i]);
  }
  return rows.statistics([&](std::uint32_t key) { return Key{.place = keys.representative(key)}; });
}

std::vector<Statistic> by_any_place(const Profile& profile, const Kept& kept, Group group) {
  const PlaceKeys& keys = profile.groupings().places(group);
  const EnteredKeys& entered = profile.groupings().entered(group);
  Rows rows(keys.size());
  // From the innermost outward: what passes a trace has been handed to it before its turn.
  std::vector<Amount> passing = kept.by_trace;
  for (std::size_t i = passing.size(); i-- > 1;) {
    if (passing[i] == kNothing) continue;
    for (const std::uint32_t key : entered.of(TraceId(i))) rows.add(key, passing[i]);
    passing[index_of(profile.data().traces[i].parent)] += passing[i];
  }
  rows.add(keys[kUnknownPlace], kept.by_trace[index_of(kRootTrace)]);
  return rows.statistics([&](std::uint32_t key) { return Key{.place = keys.representative(key)}; });
}

std::vector<Statistic> by_traceback(const Profile& profile, const Kept& kept) {
  const TracebackKeys& keys = profile.groupings().tracebacks();
  Rows rows(keys.size());
  for (std::size_t i = 0; i < kept.by_trace.size(); ++i) {
    if (kept.by_trace[i] == kNothing) continue;
    rows.add(keys[TraceId(i)], kept.by_trace[i]);
  }
  return rows.statistics([&](std::uint32_t key) {
    const TraceId trace = keys.representative(key);
    return Key{.place = profile.sites()[trace], .trace = trace};
  });
}

// `key_of(tally)` gives the number of a row, of so many.
template <class KeyOf>
Rows rows_of_tallies(const Profile& profile, const Snapshot& snapshot, const Kept& kept,
                     std::size_t keys, KeyOf key_of) {
  Rows rows(keys);
  for (std::size_t i = 0; i < kept.tallies.size(); ++i) {
    if (!kept.tallies[i]) continue;
    rows.add(static_cast<std::uint32_t>(key_of(profile.data().tallies[i])), snapshot.amounts[i]);
  }
  return rows;
}

std::vector<Statistic> by_task(const Profile& profile, const Snapshot& snapshot, const Kept& kept) {
  const std::size_t tasks = profile.data().tasks.size();
  const Rows rows = rows_of_tallies(profile, snapshot, kept, tasks, [&](const TallyKey& tally) {
    return index_of(thread_of(profile.data(), tally.task));
  });
  return rows.statistics([](std::uint32_t key) { return Key{.task = TaskId(key)}; });
}

std::vector<Statistic> by_process(const Profile& profile, const Snapshot& snapshot,
                                  const Kept& kept) {
  const RecordingData& data = profile.data();
  const Processes processes(data);
  const auto key_of = [&](const TallyKey& tally) {
    return processes.of(data.tasks[index_of(tally.task)].process);
  };
  const Rows rows = rows_of_tallies(profile, snapshot, kept, processes.size(), key_of);
  return rows.statistics(
      [&](std::uint32_t key) { return Key{.process = processes[key].images.back()}; });
}

std::vector<Statistic> by_size(const Profile& profile, const Snapshot& snapshot, const Kept& kept) {
  const Rows rows = rows_of_tallies(profile, snapshot, kept, kSizeClasses,
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
  if (group == Group::kTraceback) {
    const TracebackKeys& keys = profile.groupings().tracebacks();
    std::sort(rows.begin(), rows.end(), [&](const Statistic& a, const Statistic& b) {
      return keys.rank(keys[a.key.trace]) > keys.rank(keys[b.key.trace]);
    });
    return;
  }
  std::sort(rows.begin(), rows.end(), [&](const Statistic& a, const Statistic& b) {
    return compare_keys(profile, group, a.key, b.key) > 0;
  });
}

// Puts the first `limit` rows in order and drops the others. Keys are compared only among rows of
// equal amounts that can be shown: comparing texts is slow.
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
  const PlaceKeys& keys = profile.groupings().places(query.group);
  std::vector<bool> shown(keys.size());
  for (const Statistic& row : rows) shown[keys[row.key.place]] = true;
  if (shown[keys[kUnknownPlace]]) covered += kept.by_trace[index_of(kRootTrace)];
  const EnteredKeys& entered = profile.groupings().entered(query.group);
  std::vector<bool> through(kept.by_trace.size());
  for (std::size_t i = 1; i < through.size(); ++i) {
    const std::span<const std::uint32_t> own = entered.of(TraceId(i));
    through[i] = through[index_of(profile.data().traces[i].parent)] ||
                 std::any_of(own.begin(), own.end(), [&](std::uint32_t key) { return shown[key]; });
    if (through[i]) covered += kept.by_trace[i];
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
