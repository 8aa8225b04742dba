#include <ostream>

#include "core/report/key_json.h"
#include "core/report/statistics_report.h"

namespace heaptally {
namespace {

Json row_json(const StatisticsReport& report, const Statistic& row) {
  Json json = key_json(report.profile, report.query.group, row.key);
  json["size"] = row.amount.bytes;
  json["count"] = row.amount.count;
  json["average"] = average_json(row.amount);
  return json;
}

Json heading_json(const StatisticsReport& report) {
  Json json = moment_json(report.profile.data(), report.snapshot);
  json.update(query_json(report.query));
  json.update(Json{{"raw", report.raw},
                   {"total", amount_json(report.statistics.kept)},
                   {"unfiltered", amount_json(report.statistics.whole)},
                   {"covered", amount_json(report.statistics.covered)},
                   {"shown", report.statistics.rows.size()},
                   {"groups", report.statistics.groups}});
  json.update(losses_json(report.profile.data().header));
  return json;
}

}  // namespace

void write_json(const StatisticsReport& report, std::ostream& out) {
  JsonRows rows(out, heading_json(report), "statistics");
  for (const Statistic& row : report.statistics.rows) {
    if (!out) return;
    rows.add(row_json(report, row));
  }
  rows.finish();
}

}  // namespace heaptally
