#include <ostream>

#include <fmt/format.h>

#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/leaks_report.h"
#include "core/report/traceback_text.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

std::string from_phrase(const RecordingData& data, const Snapshot& snapshot) {
  if (!snapshot.from) return "the start";
  return moment_phrase(data, {.metric = Metric::kTotal,
                              .asked = *snapshot.from,
                              .time = snapshot.from_time,
                              .exact = true,
                              .amounts = {}});
}

// Each pattern that suppressed anything; empty if none was given.
std::string suppressed_line(const std::vector<Suppressed>& suppressed) {
  if (suppressed.empty()) return {};
  Amount all;
  std::string patterns;
  for (const auto& [pattern, amount] : suppressed) {
    if (amount.count == 0) continue;
    all += amount;
    patterns += fmt::format("{} leak:{} {}", patterns.empty() ? ":" : ",", printable(pattern),
                            amount_text(amount, Metric::kLive));
  }
  if (patterns.empty()) {
    return fmt::format("# suppressed: nothing ({} matched)\n",
                       suppressed.size() == 1
                           ? "the pattern has not"
                           : fmt::format("none of {} patterns has", suppressed.size()));
  }
  return fmt::format("# suppressed: {}{}\n", amount_text(all, Metric::kLive), patterns);
}

std::string heading(const LeaksReport& report) {
  const auto& [profile, snapshot, query, statistics, raw] = report.rows;
  std::string text =
      fmt::format("# leaks: allocated from {}, not freed by {}; by {}{}{}{}\n",
                  from_phrase(profile.data(), snapshot), moment_phrase(profile.data(), snapshot),
                  name_of(query.group), query.sort == SortBy::kCount ? ", sorted by count" : "",
                  query.cumulative ? ", cumulative" : "", raw ? ", raw" : "");
  text += fmt::format("# {}; {}\n", amount_text(statistics.kept, snapshot.metric),
                      coverage_phrase(query, statistics));
  text += "# what a pointer still reaches is not told apart, and counts too\n";
  text += suppressed_line(report.suppressed);
  if (const std::string filters = filters_text(query); !filters.empty()) {
    text +=
        fmt::format("# only{}: {} of {}\n", filters, amount_text(statistics.kept, Metric::kLive),
                    amount_text(statistics.whole, Metric::kLive));
  }
  std::vector<PlaceId> shown;
  for (const Statistic& row : statistics.rows) shown.push_back(row.key.place);
  text += without_debug_line(profile, query.group, shown);
  text += incomplete_line(profile.data().header);
  return text;
}

}  // namespace

void write_text(const LeaksReport& report, std::ostream& out) {
  const Profile& profile = report.rows.profile;
  const Group group = report.rows.query.group;
  SourceLines source;
  out << heading(report);
  for (const Statistic& row : report.rows.statistics.rows) {
    if (!out) return;
    out << statistic_text(key_label(profile, group, row.key), row.amount) << '\n';
    if (group == Group::kTraceback) write_traceback(profile, row.key.trace, source, out);
  }
}

void write_csv(const LeaksReport& report, std::ostream& out) { write_csv(report.rows, out); }

}  // namespace heaptally
