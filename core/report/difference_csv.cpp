#include <ostream>

#include <fmt/format.h>

#include "core/report/difference_report.h"
#include "core/report/key_csv.h"

namespace heaptally {

void write_csv(const DifferenceReport& report, std::ostream& out) {
  const Group group = report.query.group;
  out << "label,file,line,function,module,size,size_change,count,count_change,average,traceback\n";
  for (const StatisticDifference& row : report.differences.rows) {
    if (!out) return;
    const Profile& profile = (row.vanished ? report.before : report.after).profile;
    out << fmt::format("{},{},{},{},{},{},{}\n", key_fields(profile, group, row.key),
                       row.amount.bytes, row.change.bytes, row.amount.count, row.change.count,
                       average_field(row.amount), traceback_field(profile, group, row.key));
  }
}

}  // namespace heaptally
