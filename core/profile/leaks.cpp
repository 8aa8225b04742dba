#include "core/profile/leaks.h"

#include "core/base/error.h"
#include "core/profile/domains.h"
#include "core/profile/event_sums.h"
#include "core/profile/suppressions.h"

namespace heaptally {
namespace {

// Takes out what was allocated before the edge at or before the moment.
void restrict_to(const RecordingData& data, const BucketSource& buckets, const Moment& from,
                 Snapshot& snapshot) {
  if (!data.survivors) {
    throw Error(from.text,
                data.header.complete
                    ? "an earlier version of heaptally made the recording, which does not tell "
                      "when blocks were allocated"
                    : "the recording was not finished, so it does not tell when blocks were "
                      "allocated",
                data.header.complete ? "record again, or leave out --from" : "leave out --from");
  }
  const Snapshot edge = take_snapshot(data, buckets, Metric::kTotal, from);
  snapshot.from = edge.asked;
  snapshot.from_time = edge.time;
  snapshot.amounts.assign(data.tallies.size(), {});
  for (const Survivors& row : *data.survivors) {
    if (row.start < edge.time) continue;
    for (const TallyAmount& tally : row.amounts)
      snapshot.amounts[index_of(tally.id)] += tally.amount;
  }
}

Snapshot leaked_by_the_end(const RecordingData& data, const BucketSource& buckets,
                           const std::optional<Moment>& from) {
  const Moment end{.kind = Moment::Kind::kEnd, .text = "end"};
  Snapshot snapshot = take_snapshot(data, buckets, Metric::kLive, end);
  if (from && from->kind != Moment::Kind::kStart) restrict_to(data, buckets, *from, snapshot);
  return snapshot;
}

// Each kind of range has a function that answers it.
Snapshot leaked(const RecordingData& data, const BucketSource& buckets,
                const CrossingSource& crossings, const LeakRange& range,
                const EventSource& events) {
  if (!range.to) return leaked_by_the_end(data, buckets, range.from);
  const Moment to = resolve(data, *range.to);
  if (to.kind != Moment::Kind::kMark && is_end(data, to)) {
    return leaked_by_the_end(data, buckets, range.from);
  }
  const Moment start{.kind = Moment::Kind::kStart, .text = "start"};
  const Moment from = resolve(data, range.from.value_or(start));
  if (is_mark(data, from) && is_mark(data, to)) {
    return leaked_between_marks(data, buckets, crossings, from, to);
  }
  if (events) return kept_between(data, events, from, to);
  const Moment& other = is_mark(data, to) ? from : to;
  throw Error(other.text,
              "what was allocated and not freed again by a moment before the end is known from "
              "mark to mark",
              "give start or mark:NAME for both moments; other ranges need `heaptally record "
              "--log`",
              ExitCode::kUsage);
}

}  // namespace

Leaks find_leaks(const RecordingData& data, const BucketSource& buckets,
                 const CrossingSource& crossings, const LeakRange& range,
                 const std::vector<std::string>& patterns, const std::vector<std::string>& domains,
                 const EventSource& events) {
  Leaks leaks{.snapshot = leaked(data, buckets, crossings, range, events), .suppressed = {}};
  for (const std::string& pattern : patterns) leaks.suppressed.push_back({pattern, {}});
  const auto suppressed = suppressed_traces(data, patterns);
  const std::vector<bool> tasks = tasks_in_domains(data, domains);
  for (const TallyKey& tally : data.tallies) {
    if (!tasks[index_of(tally.task)]) continue;
    const std::optional<std::size_t> pattern = suppressed[index_of(tally.trace)];
    if (!pattern) continue;
    Amount& amount = leaks.snapshot.amounts[index_of(tally.id)];
    leaks.suppressed[*pattern].amount += amount;
    amount = {};
  }
  return leaks;
}

}  // namespace heaptally
