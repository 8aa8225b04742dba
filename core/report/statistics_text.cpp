#include <ostream>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/size_text.h"
#include "core/report/labels.h"
#include "core/report/statistics_report.h"
#include "core/report/traceback_text.h"

namespace heaptally {
Format parse_format(std::string_view text) {
  if (text == "text") return Format::kText;
  if (text == "json") return Format::kJson;
  if (text == "csv") return Format::kCsv;
  throw Error("--format " + std::string(text), "is no format", "choose text, json or csv",
              ExitCode::kUsage);
}

std::string statistic_text(std::string_view label, Amount amount) {
  std::string text =
      fmt::format("{}: size={}, count={}", label, size_text(amount.bytes), amount.count);
  if (amount.count != 0) text += ", average=" + average_text(amount);
  return text;
}

void write_text(const StatisticsReport& report, std::ostream& out) {
  SourceLines source;
  out << heading_text(report);
  for (const Statistic& row : report.statistics.rows) {
    if (!out) return;
    const std::string label = key_label(report.profile, report.query.group, row.key);
    out << statistic_text(label, row.amount) << '\n';
    if (report.query.group == Group::kTraceback) {
      write_traceback(report.profile, row.key.trace, source, out);
    }
  }
}

}  // namespace heaptally
