#include "core/profile/limits.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/profile/annotation.h"
#include "core/profile/kept.h"
#include "core/profile/leaks.h"
#include "core/profile/tree.h"

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"peak",  "leaked", "live",
                                                    "total", "count",  "temporary"};

// A place as --in names it.
class Named {
 public:
  explicit Named(const std::string& text)
      : text_(text),
        file_(parse_filter(text, true, false)),
        ending_(parse_filter("*/" + text, true, false)),
        function_(text) {}

  bool matches(const Places& places, PlaceId id) const {
    const Place& place = places[id];
    if (place.source && (!file_.line || *file_.line == place.line)) {
      const std::string_view file = places.where(id);
      if (file_.pattern.matches(file) || ending_.pattern.matches(file)) return true;
    }
    const std::string_view function = places.function(id);
    return !function.empty() &&
           (function_.matches(function) || is_function_called(function, text_));
  }

 private:
  std::string text_;
  Filter file_, ending_;
  Pattern function_;
};

// By trace, whether it passes a place that one of the texts names.
std::vector<bool> passing_traces(const Profile& profile, const std::vector<std::string>& texts) {
  const RecordingData& data = profile.data();
  const Places& places = profile.places();
  std::vector<bool> passes(data.traces.size(), texts.empty());
  for (const std::string& text : texts) {
    const Named named(text);
    std::vector<bool> is_named(places.size());
    for (std::size_t i = 0; i < is_named.size(); ++i) {
      is_named[i] = named.matches(places, PlaceId(i));
    }
    bool found = false;
    std::vector<bool> here(data.traces.size());
    for (std::size_t i = 1; i < here.size(); ++i) {
      const Trace& trace = data.traces[i];
      const auto own = places.of(trace.frame);
      here[i] = here[index_of(trace.parent)] ||
                std::any_of(own.begin(), own.end(),
                            [&](PlaceId place) { return is_named[index_of(place)]; });
      if (here[i]) passes[i] = found = true;
    }
    if (!found) {
      throw Error("--in " + text, "nothing that was recorded is called so or from there",
                  "a limit on nothing is never broken: see heaptally stats for what there is",
                  ExitCode::kUsage);
    }
  }
  return passes;
}

Snapshot snapshot_of(const Profile& profile, const BucketSource& buckets,
                     const CheckQuestion& question, Measure measure) {
  const RecordingData& data = profile.data();
  const Moment end{.kind = Moment::Kind::kEnd};
  switch (measure) {
    case Measure::kPeak:
      return take_snapshot(data, buckets, Metric::kLive, {});
    case Measure::kLeaked:
      return find_leaks(data, buckets, std::nullopt, question.suppressions).snapshot;
    case Measure::kLive:
      return take_snapshot(data, buckets, Metric::kLive, question.live_at);
    case Measure::kTotal:
    case Measure::kCount:
      return take_snapshot(data, buckets, Metric::kTotal, end);
    case Measure::kTemporary:
      return take_snapshot(data, buckets, Metric::kTemporary, end);
  }
  return {};
}

}  // namespace

std::string_view name_of(Measure measure) { return kNames[static_cast<std::size_t>(measure)]; }

bool is_in_bytes(Measure measure) {
  return measure != Measure::kCount && measure != Measure::kTemporary;
}

std::vector<CheckedLimit> check_limits(const Profile& profile, const BucketSource& buckets,
                                       const Query& query, const CheckQuestion& question) {
  const RecordingData& data = profile.data();
  const std::vector<bool> passes = passing_traces(profile, question.places);
  std::vector<CheckedLimit> result;
  for (const Limit& limit : question.limits) {
    Snapshot snapshot = snapshot_of(profile, buckets, question, limit.measure);
    for (std::size_t i = 0; i < snapshot.amounts.size(); ++i) {
      if (!passes[index_of(data.tallies[i].trace)]) snapshot.amounts[i] = {};
    }
    Query worst = query;
    worst.group = Group::kTraceback;
    worst.sort = is_in_bytes(limit.measure) ? SortBy::kSize : SortBy::kCount;
    worst.limit = question.worst;
    Statistics statistics = heaptally::statistics(profile, snapshot, worst);
    CheckedLimit checked{
        .limit = limit, .found = measure(worst.sort, statistics.kept), .worst = {}};
    if (checked.is_broken()) checked.worst = std::move(statistics.rows);
    result.push_back(std::move(checked));
  }
  return result;
}

}  // namespace heaptally
