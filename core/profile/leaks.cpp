#include "core/profile/leaks.h"

#include "core/base/error.h"
#include "core/profile/domains.h"
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

}  // namespace

Leaks find_leaks(const RecordingData& data, const BucketSource& buckets,
                 const std::optional<Moment>& from, const std::vector<std::string>& patterns,
                 const std::vector<std::string>& domains) {
  const Moment end{.kind = Moment::Kind::kEnd, .text = "end"};
  Leaks leaks{.snapshot = take_snapshot(data, buckets, Metric::kLive, end), .suppressed = {}};
  if (from && from->kind != Moment::Kind::kStart) {
    restrict_to(data, buckets, *from, leaks.snapshot);
  }
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
