#include <ostream>

#include <fmt/format.h>

#include "core/report/annotation_report.h"
#include "core/report/csv.h"
#include "core/report/key_json.h"
#include "core/report/source_lines.h"

namespace heaptally {
namespace {

Json moment_of(const AnnotationReport& report, const Snapshot& snapshot) {
  Json json = moment_json(report.profile.data(), snapshot);
  json.erase("command");
  return json;
}

Json heading_json(const AnnotationReport& report) {
  const Header& header = report.profile.data().header;
  Json json = {{"command", header.command},
               {"file", report.annotation.file},
               {"source", report.path.empty() ? Json() : Json(report.path)},
               {"live", moment_of(report, report.snapshots.live)},
               {"peak", moment_of(report, report.snapshots.peak)},
               {"total", moment_of(report, report.snapshots.total)}};
  Json query = query_json(report.query);
  for (const char* name : {"group", "sort"}) query.erase(name);
  json.update(query);
  json.update(losses_json(header));
  return json;
}

}  // namespace

void write_json(const AnnotationReport& report, std::ostream& out) {
  SourceLines source;
  JsonRows rows(out, heading_json(report), "lines");
  for (const AnnotatedLine& line : report.annotation.lines) {
    if (!out) return;
    rows.add({{"line", line.line},
              {"live", amount_json(line.live)},
              {"peak", amount_json(line.peak)},
              {"total", amount_json(line.total)},
              {"text", source.line(report.path, line.line)}});
  }
  rows.finish();
}

void write_csv(const AnnotationReport& report, std::ostream& out) {
  SourceLines source;
  out << "file,line,live_size,live_count,peak_size,peak_count,total_size,total_count,text\n";
  for (const AnnotatedLine& line : report.annotation.lines) {
    if (!out) return;
    out << fmt::format("{},{},{},{},{},{},{},{},{}\n", csv_field(report.annotation.file), line.line,
                       line.live.bytes, line.live.count, line.peak.bytes, line.peak.count,
                       line.total.bytes, line.total.count,
                       csv_field(source.line(report.path, line.line)));
  }
}

}  // namespace heaptally
