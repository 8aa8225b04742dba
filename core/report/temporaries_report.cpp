#include "core/report/temporaries_report.h"

#include <ostream>

#include <fmt/format.h>

#include "core/report/key_csv.h"
#include "core/report/key_json.h"
#include "core/report/labels.h"
#include "core/report/traceback_text.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

StatisticsReport as_statistics(const TemporariesReport& report) {
  return {.profile = report.profile,
          .snapshot = report.snapshot,
          .query = report.query,
          .statistics = report.temporaries.temporary,
          .raw = report.raw};
}

double share_of(const TemporaryRow& row) {
  if (row.total.count == 0) return 0;
  return static_cast<double>(row.temporary.count) / static_cast<double>(row.total.count);
}

}  // namespace

void write_text(const TemporariesReport& report, std::ostream& out) {
  SourceLines source;
  const Temporaries& all = report.temporaries;
  out << heading_text(as_statistics(report));
  out << fmt::format("# {} of {} were temporary: freed by their thread before it allocated again\n",
                     percent_text(all.temporary.kept.count, all.total.count),
                     counted(all.total.count, "allocation"));
  for (const TemporaryRow& row : all.rows) {
    if (!out) return;
    const std::string label = key_label(report.profile, report.query.group, row.key);
    out << statistic_text(label, row.temporary)
        << report.style.coloured(
               Colour::kYellow,
               fmt::format(", {} of {}", percent_text(row.temporary.count, row.total.count),
                           grouped_text(row.total.count)))
        << '\n';
    if (report.query.group == Group::kTraceback) {
      write_traceback(report.profile, row.key.trace, source, out);
    }
  }
}

void write_json(const TemporariesReport& report, std::ostream& out) {
  const Temporaries& all = report.temporaries;
  const Header& header = report.profile.data().header;
  const Snapshot& snapshot = report.snapshot;
  Json heading = {{"command", header.command},
                  {"moment", name_of(snapshot.asked.kind)},
                  {"moment_ns", snapshot.time.count()},
                  {"from_ns", snapshot.from ? Json(snapshot.from_time.count()) : Json()},
                  {"exact", snapshot.exact}};
  heading.update(query_json(report.query));
  heading.update(Json{{"raw", report.raw},
                      {"temporary", amount_json(all.temporary.kept)},
                      {"total", amount_json(all.total)},
                      {"shown", all.rows.size()},
                      {"groups", all.temporary.groups}});
  heading.update(losses_json(header));
  JsonRows rows(out, heading, "statistics");
  for (const TemporaryRow& row : all.rows) {
    if (!out) return;
    Json json = key_json(report.profile, report.query.group, row.key);
    json["size"] = row.temporary.bytes;
    json["count"] = row.temporary.count;
    json["average"] = average_json(row.temporary);
    json["total_size"] = row.total.bytes;
    json["total_count"] = row.total.count;
    json["share"] = share_of(row);
    rows.add(json);
  }
  rows.finish();
}

void write_csv(const TemporariesReport& report, std::ostream& out) {
  const Group group = report.query.group;
  out << "label,file,line,function,module,size,count,average,total_size,total_count,share,"
         "traceback\n";
  for (const TemporaryRow& row : report.temporaries.rows) {
    if (!out) return;
    out << fmt::format("{},{},{},{},{},{},{},{}\n", key_fields(report.profile, group, row.key),
                       row.temporary.bytes, row.temporary.count, average_field(row.temporary),
                       row.total.bytes, row.total.count, share_of(row),
                       traceback_field(report.profile, group, row.key));
  }
}

}  // namespace heaptally
