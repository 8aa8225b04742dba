#include <ostream>

#include <fmt/format.h>

#include "core/report/key_csv.h"
#include "core/report/statistics_report.h"

namespace heaptally {

void write_csv(const StatisticsReport& report, std::ostream& out) {
  const Group group = report.query.group;
  out << "label,file,line,function,module,size,count,average,traceback\n";
  for (const Statistic& row : report.statistics.rows) {
    if (!out) return;
    const auto [bytes, count] = row.amount;
    out << fmt::format("{},{},{},{},{}\n", key_fields(report.profile, group, row.key), bytes, count,
                       average_field(row.amount), traceback_field(report.profile, group, row.key));
  }
}

}  // namespace heaptally
