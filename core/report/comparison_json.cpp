#include <ostream>

#include "core/report/comparison_report.h"
#include "core/report/key_json.h"

namespace heaptally {
namespace {

Json side_json(const ComparisonReport& report, const Side& side, Amount total,
               std::uint64_t ComparedFact::*value) {
  const Header& header = side.profile.data().header;
  Json json = {{"command", header.command}, {"exit_status", header.exit_status}};
  for (const ComparedFact& fact : report.facts) {
    json[std::string(fact.key)] = fact.known ? Json(fact.*value) : Json();
  }
  json.update(Json{{"moment", name_of(side.snapshot.asked.kind)},
                   {"moment_ns", side.snapshot.time.count()},
                   {"exact", side.snapshot.exact},
                   {"rows_total", amount_json(total)}});
  json.update(losses_json(header));
  return json;
}

Json row_json(const DifferenceReport& lines, const StatisticDifference& row) {
  const Side& side = row.vanished ? lines.before : lines.after;
  const auto before = [](std::uint64_t after, std::int64_t change) {
    return after - static_cast<std::uint64_t>(change);
  };
  Json json = key_json(side.profile, lines.query.group, row.key);
  json["size_a"] = before(row.amount.bytes, row.change.bytes);
  json["count_a"] = before(row.amount.count, row.change.count);
  json["size_b"] = row.amount.bytes;
  json["count_b"] = row.amount.count;
  return json;
}

}  // namespace

void write_json(const ComparisonReport& report, std::ostream& out) {
  const DifferenceReport& lines = report.lines;
  const StatisticDifferences& all = lines.differences;
  Json heading = {{"metric", name_of(lines.after.snapshot.metric)},
                  {"a", side_json(report, lines.before, all.before, &ComparedFact::a)},
                  {"b", side_json(report, lines.after, all.after, &ComparedFact::b)}};
  heading.update(query_json(lines.query));
  heading.update(Json{{"raw", lines.raw},
                      {"changed", all.changed},
                      {"shown", all.rows.size()},
                      {"groups", all.groups}});
  JsonRows rows(out, heading, "differences");
  for (const StatisticDifference& row : all.rows) {
    if (!out) return;
    rows.add(row_json(lines, row));
  }
  rows.finish();
}

}  // namespace heaptally
