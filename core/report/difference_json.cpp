#include <ostream>

#include "core/report/difference_report.h"
#include "core/report/key_json.h"

namespace heaptally {
namespace {

Json side_json(const Side& side, Amount total) {
  const Snapshot& snapshot = side.snapshot;
  Json json = {{"command", side.profile.data().header.command},
               {"moment", name_of(snapshot.asked.kind)},
               {"moment_ns", snapshot.time.count()},
               {"exact", snapshot.exact},
               {"total", amount_json(total)}};
  json.update(losses_json(side.profile.data().header));
  return json;
}

Json heading_json(const DifferenceReport& report) {
  const StatisticDifferences& all = report.differences;
  Json json = {{"metric", name_of(report.after.snapshot.metric)},
               {"before", side_json(report.before, all.before)},
               {"after", side_json(report.after, all.after)}};
  json.update(query_json(report.query));
  json.update(Json{{"raw", report.raw},
                   {"change", change_json(change_from(all.before, all.after))},
                   {"changed", all.changed},
                   {"shown", all.rows.size()},
                   {"groups", all.groups}});
  return json;
}

Json row_json(const DifferenceReport& report, const StatisticDifference& row) {
  const Side& side = row.vanished ? report.before : report.after;
  Json json = key_json(side.profile, report.query.group, row.key);
  json["size"] = row.amount.bytes;
  json["size_change"] = row.change.bytes;
  json["count"] = row.amount.count;
  json["count_change"] = row.change.count;
  json["average"] = average_json(row.amount);
  return json;
}

}  // namespace

void write_json(const DifferenceReport& report, std::ostream& out) {
  JsonRows rows(out, heading_json(report), "differences");
  for (const StatisticDifference& row : report.differences.rows) {
    if (!out) return;
    rows.add(row_json(report, row));
  }
  rows.finish();
}

}  // namespace heaptally
