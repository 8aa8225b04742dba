#include "core/report/timeline_report.h"

#include <ostream>

#include <fmt/format.h>

#include "core/report/key_json.h"

namespace heaptally {

void write_json(const TimelineReport& report, std::ostream& out) {
  const HeapTimeline& timeline = report.timeline;
  const Header& header = report.profile.data().header;
  Json heading = {{"command", header.command},
                  {"from_ns", timeline.from.count()},
                  {"to_ns", timeline.to.count()},
                  {"live_at_from_bytes", timeline.live_at_start},
                  {"recorded_maxima", timeline.recorded_maxima},
                  {"peak",
                   {{"ns", timeline.peak.time.count()},
                    {"bytes", timeline.peak.bytes},
                    {"exact", timeline.peak.exact}}}};
  heading.update(filters_json(report.query));
  heading.update(losses_json(header));
  JsonRows rows(out, heading, "timeline");
  for (const TimelineRow& row : timeline.rows) {
    if (!out) return;
    rows.add({{"start_ns", row.start.count()},
              {"end_ns", row.end.count()},
              {"live_bytes", row.live.bytes},
              {"live_count", row.live.count},
              {"max_live_bytes", row.max_live_bytes},
              {"allocated_bytes", row.allocated.bytes},
              {"allocated_count", row.allocated.count},
              {"freed_bytes", row.freed.bytes},
              {"freed_count", row.freed.count},
              {"rss_bytes", row.rss ? Json(*row.rss) : Json()},
              {"cpu_ns", row.cpu ? Json(row.cpu->count()) : Json()}});
  }
  rows.finish();
}

void write_csv(const TimelineReport& report, std::ostream& out) {
  out << "start_ns,end_ns,live_bytes,live_count,max_live_bytes,allocated_bytes,allocated_count,"
         "freed_bytes,freed_count,rss_bytes,cpu_ns\n";
  for (const TimelineRow& row : report.timeline.rows) {
    if (!out) return;
    out << fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", row.start.count(), row.end.count(),
                       row.live.bytes, row.live.count, row.max_live_bytes, row.allocated.bytes,
                       row.allocated.count, row.freed.bytes, row.freed.count,
                       row.rss ? std::to_string(*row.rss) : "",
                       row.cpu ? std::to_string(row.cpu->count()) : "");
  }
}

}  // namespace heaptally
