#include "core/profile/limits.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/profile/kept.h"
#include "core/profile/leaks.h"
#include "core/profile/named_places.h"
#include "core/profile/tree.h"

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"peak",  "leaked", "live",
                                                    "total", "count",  "temporary"};

// By tally, whether it counts.
std::vector<bool> guarded_tallies(const Profile& profile, const Query& query,
                                  const CheckQuestion& question) {
  const RecordingData& data = profile.data();
  std::vector<bool> kept = kept_tallies(profile, query);
  const bool has_filters =
      query.restricts_traces() || !query.threads.empty() || !query.processes.empty();
  if (has_filters && !question.may_be_nothing &&
      std::find(kept.begin(), kept.end(), true) == kept.end()) {
    throw Error("check", "the filters leave nothing to check",
                "a limit on nothing is never broken: see heaptally stats for what there is",
                ExitCode::kUsage);
  }
  if (question.places.empty()) return kept;
  std::vector<bool> result(data.tallies.size());
  for (const std::string& text : question.places) {
    const std::vector<bool> passes =
        traces_through(data, profile.places(), named_places(profile.places(), text, "--in"));
    bool found = false;
    for (std::size_t i = 0; i < result.size(); ++i) {
      if (!kept[i] || !passes[index_of(data.tallies[i].trace)]) continue;
      result[i] = found = true;
    }
    if (!found && !question.may_be_nothing) {
      throw Error("--in " + text, "nothing that counts was allocated there, or called from there",
                  "a limit on nothing is never broken: see heaptally stats for what there is",
                  ExitCode::kUsage);
    }
  }
  return result;
}

// The peak of the one domain that is asked for by its name; else that of the heap.
Moment peak_of(const RecordingData& data, const Query& query) {
  Moment peak{.text = "peak"};
  for (const Domain& domain : data.domains) {
    if (query.domains == std::vector<std::string>{domain.name}) peak.domain = domain.name;
  }
  return peak;
}

Snapshot snapshot_of(const CheckSource& source, const Query& query, const CheckQuestion& question,
                     Measure measure) {
  const RecordingData& data = source.profile.data();
  const Moment end{.kind = Moment::Kind::kEnd, .text = "end"};
  switch (measure) {
    case Measure::kPeak:
      return take_snapshot(data, source.buckets, Metric::kLive, peak_of(data, query),
                           source.events);
    case Measure::kLeaked:
      return find_leaks(data, source.buckets, source.crossings, {}, question.suppressions,
                        query.domains, source.events)
          .snapshot;
    case Measure::kLive:
      return take_snapshot(data, source.buckets, Metric::kLive, question.live_at, source.events);
    case Measure::kTotal:
    case Measure::kCount:
      return take_snapshot(data, source.buckets, Metric::kTotal, end, source.events);
    case Measure::kTemporary:
      return take_snapshot(data, source.buckets, Metric::kTemporary, end, source.events);
  }
  return {};
}

// Rounded down. 7 % of 100 is 7, though as a binary fraction it may be a little more or less.
std::uint64_t share_of(std::uint64_t whole, double share) {
  return static_cast<std::uint64_t>(static_cast<double>(whole) * share * (1 + 1e-12));
}

void leave_only(const std::vector<bool>& guarded, Snapshot& snapshot) {
  for (std::size_t i = 0; i < snapshot.amounts.size(); ++i) {
    if (!guarded[i]) snapshot.amounts[i] = {};
  }
}

// How many allocations count.
std::uint64_t allocations(const RecordingData& data, const std::vector<bool>& guarded) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < guarded.size(); ++i) {
    if (guarded[i]) count += data.totals[i].total.count;
  }
  return count;
}

}  // namespace

std::string_view name_of(Measure measure) { return kNames[static_cast<std::size_t>(measure)]; }

bool is_in_bytes(Measure measure) {
  return measure != Measure::kCount && measure != Measure::kTemporary;
}

std::vector<CheckedLimit> check_limits(const CheckSource& source, const Query& query,
                                       const CheckQuestion& question) {
  const std::vector<bool> guarded = guarded_tallies(source.profile, query, question);
  std::vector<CheckedLimit> result;
  result.reserve(question.limits.size());
  for (const Limit& limit : question.limits) {
    Snapshot snapshot = snapshot_of(source, query, question, limit.measure);
    leave_only(guarded, snapshot);
    Query worst = query;
    worst.group = Group::kTraceback;
    worst.sort = is_in_bytes(limit.measure) ? SortBy::kSize : SortBy::kCount;
    worst.limit = question.worst;
    Statistics statistics = heaptally::statistics(source.profile, snapshot, worst);
    CheckedLimit checked{
        .limit = limit, .found = measure(worst.sort, statistics.kept), .worst = {}};
    if (limit.share) {
      checked.limit.most = share_of(allocations(source.profile.data(), guarded), *limit.share);
    }
    if (checked.is_broken()) checked.worst = std::move(statistics.rows);
    result.push_back(std::move(checked));
  }
  return result;
}

std::vector<Limit> limits_from(const std::vector<CheckedLimit>& measured, double tolerance,
                               const std::string& text) {
  std::vector<Limit> limits;
  limits.reserve(measured.size());
  for (const CheckedLimit& checked : measured) {
    limits.push_back({.measure = checked.limit.measure,
                      .most = checked.found + share_of(checked.found, tolerance),
                      .text = text});
  }
  return limits;
}

}  // namespace heaptally
