#include <ostream>

#include "core/report/key_json.h"
#include "core/report/leaks_report.h"

namespace heaptally {
namespace {

Json suppressed_json(const std::vector<Suppressed>& suppressed) {
  Json json = Json::array();
  for (const auto& [pattern, amount] : suppressed) {
    json.push_back({{"pattern", pattern}, {"bytes", amount.bytes}, {"count", amount.count}});
  }
  return json;
}

Json heading_json(const LeaksReport& report) {
  const auto& [profile, snapshot, query, statistics, raw] = report.rows;
  const Header& header = profile.data().header;
  Json json = {{"command", header.command},
               {"from", snapshot.from ? Json(name_of(snapshot.from->kind)) : Json()},
               {"from_ns", snapshot.from ? Json(snapshot.from_time.count()) : Json()},
               {"to", name_of(snapshot.asked.kind)},
               {"end_ns", snapshot.time.count()},
               {"exact", snapshot.exact},
               {"reachable", "included"}};
  json.update(query_json(query));
  json.update(Json{{"raw", raw},
                   {"total", amount_json(statistics.kept)},
                   {"unfiltered", amount_json(statistics.whole)},
                   {"covered", amount_json(statistics.covered)},
                   {"suppressed", suppressed_json(report.suppressed)},
                   {"shown", statistics.rows.size()},
                   {"groups", statistics.groups}});
  json.update(losses_json(header));
  return json;
}

}  // namespace

void write_json(const LeaksReport& report, std::ostream& out) {
  const Profile& profile = report.rows.profile;
  JsonRows rows(out, heading_json(report), "leaks");
  for (const Statistic& row : report.rows.statistics.rows) {
    if (!out) return;
    Json json = key_json(profile, report.rows.query.group, row.key);
    json["size"] = row.amount.bytes;
    json["count"] = row.amount.count;
    json["average"] = average_json(row.amount);
    rows.add(json);
  }
  rows.finish();
}

}  // namespace heaptally
