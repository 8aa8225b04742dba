#include <algorithm>
#include <cmath>
#include <ostream>
#include <vector>

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

// So many are as fine as a wide terminal draws them.
constexpr std::size_t kColumns = 256;

// What is live in each column, as far as the run goes.
std::vector<std::uint64_t> columns_of(const HeapTimeline& timeline, const TimeSpan& span) {
  std::vector<std::uint64_t> columns = live_columns(timeline, span, kColumns);
  const Nanoseconds last = std::max(span.from, timeline.to - Nanoseconds(1));
  columns.resize(column_of(span, last, kColumns) + 1);
  return columns;
}

void add_timeline(const ComparedTimelines& both, JsonRows& rows) {
  const TimeSpan span = span_of(both);
  const std::vector<std::uint64_t> a = columns_of(both.a, span), b = columns_of(both.b, span);
  const auto edge = [&](std::size_t column) {
    const double share = static_cast<double>(column) / static_cast<double>(kColumns);
    return std::llround(share * static_cast<double>(span.to.count()));
  };
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    rows.add({{"start_ns", edge(i)},
              {"end_ns", edge(i + 1)},
              {"max_live_bytes_a", i < a.size() ? Json(a[i]) : Json()},
              {"max_live_bytes_b", i < b.size() ? Json(b[i]) : Json()}});
  }
}

Json peak_json(const HeapTimeline& timeline) {
  const TimelinePeak& peak = timeline.peak;
  return {{"ns", peak.time.count()}, {"bytes", peak.bytes}, {"exact", peak.exact}};
}

Json line_json(const DifferenceReport& lines, const StatisticDifference& row) {
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
  if (report.timelines) {
    heading["a"]["timeline_peak"] = peak_json(report.timelines->a);
    heading["b"]["timeline_peak"] = peak_json(report.timelines->b);
    heading["recorded_maxima"] = report.timelines->a.recorded_maxima;
  }
  if (report.spread) {
    heading["runs"] = report.spread->runs;
    heading["a"]["wall_least_ns"] = report.spread->least_a.count();
    heading["a"]["wall_most_ns"] = report.spread->most_a.count();
    heading["b"]["wall_least_ns"] = report.spread->least_b.count();
    heading["b"]["wall_most_ns"] = report.spread->most_b.count();
  }
  heading.update(query_json(lines.query));
  heading.update(Json{{"raw", lines.raw},
                      {"changed", all.changed},
                      {"shown", all.rows.size()},
                      {"groups", all.groups}});
  JsonRows rows(out, heading, "timeline");
  if (report.timelines) add_timeline(*report.timelines, rows);
  rows.start("differences");
  for (const StatisticDifference& row : all.rows) {
    if (!out) return;
    rows.add(line_json(lines, row));
  }
  rows.finish();
}

}  // namespace heaptally
