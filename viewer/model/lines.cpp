#include "viewer/model/lines.h"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>
#include <utility>

#include "core/profile/domains.h"
#include "core/profile/groupings.h"
#include "core/profile/kept.h"
#include "core/profile/portable_key.h"
#include "core/profile/tree.h"

namespace heaptally::view {
namespace {

// The statistics by metric, or the differences for growth, as rows.
void take_statistics(const Profile& profile, const Query& query, Lines& lines) {
  const Statistics statistics = heaptally::statistics(profile, lines.measured.now, query);
  lines.rows.reserve(statistics.rows.size());
  for (const Statistic& row : statistics.rows) {
    lines.rows.push_back({.key = row.key, .amount = row.amount, .change = {}});
    lines.largest = std::max(lines.largest, measure(query.sort, row.amount));
  }
  lines.kept = statistics.kept;
  lines.whole = statistics.whole;
}

std::uint64_t size_of_change(SortBy unit, Change change) {
  return static_cast<std::uint64_t>(std::abs(unit == SortBy::kSize ? change.bytes : change.count));
}

void take_differences(const Profile& profile, const Query& query, Lines& lines) {
  const StatisticDifferences differences =
      compare({.profile = profile, .snapshot = *lines.measured.before},
              {.profile = profile, .snapshot = lines.measured.now}, query);
  lines.rows.reserve(differences.changed);
  for (const StatisticDifference& row : differences.rows) {
    if (row.change == Change{}) continue;
    lines.rows.push_back({.key = row.key, .amount = row.amount, .change = row.change});
    lines.largest = std::max(lines.largest, size_of_change(query.sort, row.change));
  }
  lines.kept = differences.after;
  lines.before = differences.before;
  lines.whole = lines.kept;
}

// What a statistic of the same question, but of another metric, has for each of the rows.
class ByRow {
 public:
  ByRow(const Profile& profile, const Lines& lines)
      : profile_(profile), query_(query_of(lines.question)), rows_(lines.rows.size()) {
    numbers_.reserve(rows_);
    for (std::size_t i = 0; i < rows_; ++i) numbers_.emplace(number_of(lines.rows[i].key), i);
  }

  std::vector<Amount> operator()(const Snapshot& snapshot) const {
    std::vector<Amount> amounts(rows_);
    for (const Statistic& row : unordered_statistics(profile_, snapshot, query_).rows) {
      const auto found = numbers_.find(number_of(row.key));
      if (found != numbers_.end()) amounts[found->second] = row.amount;
    }
    return amounts;
  }

 private:
  std::uint64_t number_of(const Key& key) const {
    return hash_of(portable_key(profile_, query_.group, key, /*numbered=*/true));
  }

  const Profile& profile_;
  Query query_;
  std::size_t rows_;
  std::unordered_map<std::uint64_t, std::size_t> numbers_;
};

Selection with(Selection selection, ViewMetric metric, LiveAt live_at) {
  selection.metric = metric;
  selection.live_at = live_at;
  return selection;
}

// Adds up by trace what the tallies of one row come to.
class RowTraces {
 public:
  RowTraces(const Profile& profile, const LinesQuestion& question, const Key& key)
      : profile_(profile),
        query_(query_of(question)),
        key_(key),
        places_(profile.places(), is_by_place(question.group) ? question.group : Group::kLine),
        tracebacks_(profile.groupings().tracebacks()),
        processes_(profile.data()) {
    kept_ = kept_tallies(profile, query_);
    if (is_by_place(query_.group)) place_ = places_[key.place];
    if (query_.group == Group::kTraceback) place_ = tracebacks_[key.trace];
  }

  std::unordered_map<std::uint32_t, Amount> operator()(const Snapshot& snapshot) {
    std::unordered_map<std::uint32_t, Amount> amounts;
    const RecordingData& data = profile_.data();
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      const bool counts = kept_[i] && snapshot.amounts[i] != Amount{};
      if (counts && is_of_row(data.tallies[i])) {
        amounts[tracebacks_[data.tallies[i].trace]] += snapshot.amounts[i];
      }
    }
    return amounts;
  }
  TraceId trace(std::uint32_t number) const { return tracebacks_.representative(number); }

 private:
  bool is_of_row(const TallyKey& tally) {
    const RecordingData& data = profile_.data();
    switch (query_.group) {
      case Group::kThread:
        return thread_of(data, tally.task) == key_.task;
      case Group::kProcess:
        return processes_.of(data.tasks[index_of(tally.task)].process) ==
               processes_.of(key_.process);
      case Group::kSize:
        return tally.size_class == key_.size_class;
      case Group::kTraceback:
        return tracebacks_[tally.trace] == place_;
      default:
        return is_of_place(tally.trace);
    }
  }

  bool is_of_place(TraceId trace) {
    if (!query_.cumulative) return places_[profile_.sites()[trace]] == place_;
    const auto [known, added] = passes_.try_emplace(index_of(trace), false);
    if (!added) return known->second;
    bool passes = trace == kRootTrace && places_[kUnknownPlace] == place_;
    for_each_place(profile_.data(), profile_.places(), trace, [&](PlaceId place) {
      passes = passes || (place != kCutPlace && places_[place] == place_);
    });
    return known->second = passes;
  }

  const Profile& profile_;
  Query query_;
  Key key_;
  PlaceKeys places_;
  const TracebackKeys& tracebacks_;
  Processes processes_;
  std::vector<bool> kept_;
  std::uint32_t place_ = 0;
  std::unordered_map<std::size_t, bool> passes_;
};

}  // namespace

Query query_of(const LinesQuestion& question) {
  Query query = query_of(question.selection);
  query.group = question.group;
  query.cumulative = question.cumulative && is_by_place(question.group);
  return query;
}

Lines lines_of(const Recording& recording, const LinesQuestion& question) {
  const Profile& profile = recording.profile(question.selection.raw);
  const Query query = query_of(question);
  Lines lines;
  lines.question = question;
  lines.measured = view::measure(recording, question.selection);
  if (lines.measured.before) {
    take_differences(profile, query, lines);
  } else {
    take_statistics(profile, query, lines);
  }
  lines.phrase = phrase_of(recording, question.selection, lines.measured);
  return lines;
}

LineColumns columns_of(const Recording& recording, const Lines& lines) {
  const ByRow by_row(recording.profile(lines.question.selection.raw), lines);
  const auto column = [&](ViewMetric metric, LiveAt live_at) {
    const Selection selection = with(lines.question.selection, metric, live_at);
    return by_row(view::measure(recording, selection).now);
  };
  return {.live = column(ViewMetric::kLive, LiveAt::kEnd),
          .peak = column(ViewMetric::kLive, LiveAt::kPeak),
          .total = column(ViewMetric::kTotal, LiveAt::kEnd),
          .temporary = column(ViewMetric::kTemporary, LiveAt::kEnd)};
}

Stacks stacks_of(const Recording& recording, const Lines& lines, const Key& key) {
  RowTraces traces(recording.profile(lines.question.selection.raw), lines.question, key);
  const SortBy unit = lines.question.selection.unit;
  const auto now = traces(lines.measured.now);
  Stacks stacks;
  stacks.rows.reserve(now.size());
  if (!lines.measured.before) {
    for (const auto& [number, amount] : now) {
      stacks.rows.push_back({.trace = traces.trace(number), .amount = amount, .change = {}});
    }
  } else {
    auto before = traces(*lines.measured.before);
    for (const auto& [number, amount] : now) before.try_emplace(number);
    for (const auto& [number, amount] : before) {
      const auto found = now.find(number);
      const Amount after = found == now.end() ? Amount{} : found->second;
      const Change change = change_from(amount, after);
      if (change == Change{}) continue;
      stacks.rows.push_back({.trace = traces.trace(number), .amount = after, .change = change});
    }
  }
  const auto rank = [&](const StackRow& row) {
    return std::pair(
        lines.measured.before ? size_of_change(unit, row.change) : measure(unit, row.amount),
        ~index_of(row.trace));
  };
  std::sort(stacks.rows.begin(), stacks.rows.end(),
            [&](const StackRow& a, const StackRow& b) { return rank(a) > rank(b); });
  stacks.all = stacks.rows.size();
  stacks.rows.resize(std::min(stacks.rows.size(), kMostStacks));
  return stacks;
}

}  // namespace heaptally::view
