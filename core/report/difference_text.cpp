#include <ostream>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/difference_report.h"
#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/traceback_text.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

const Profile& profile_of(const DifferenceReport& report, const StatisticDifference& row) {
  return (row.vanished ? report.before : report.after).profile;
}

std::string side_phrase(const Side& side) {
  const std::string_view at = side.snapshot.metric == Metric::kLive ? "at" : "until";
  return fmt::format("{} {}", at, moment_phrase(side.profile.data(), side.snapshot));
}

// What either recording is of, where they are two.
std::string commands_lines(const DifferenceReport& report) {
  if (&report.before.profile == &report.after.profile) return {};
  const auto command = [](const Side& side) {
    const Header& header = side.profile.data().header;
    std::string text;
    for (const std::string& word : header.command) text += (text.empty() ? "" : " ") + word;
    return text;
  };
  const std::string before = command(report.before), after = command(report.after);
  std::string text = fmt::format("# before: {}\n# after:  {}\n", command_text(before, 88),
                                 command_text(after, 88));
  const auto program = [](const std::string& line) { return line.substr(0, line.find(' ')); };
  if (program(before) != program(after)) {
    text +=
        "# they are recordings of different programs: rows are the same if they read the same\n";
  }
  return text;
}

std::string rows_phrase(const DifferenceReport& report) {
  const StatisticDifferences& all = report.differences;
  const std::string_view name = rows_name(report.query.group);
  if (all.groups == 0) return "nothing to show";
  const std::string rows =
      all.rows.size() == all.groups
          ? counted(all.groups, name, rows_name_plural(report.query.group))
          : fmt::format("top {} of {} {}", grouped_text(all.rows.size()), grouped_text(all.groups),
                        rows_name_plural(report.query.group));
  return fmt::format("{}; {} of them changed", rows, grouped_text(all.changed));
}

std::string heading(const DifferenceReport& report) {
  const Metric metric = report.after.snapshot.metric;
  const StatisticDifferences& all = report.differences;
  const Change change = change_from(all.before, all.after);
  std::string text =
      fmt::format("# {}: {} -> {}, by {}{}{}{}\n", name_of(metric), side_phrase(report.before),
                  side_phrase(report.after), name_of(report.query.group),
                  report.query.sort == SortBy::kCount ? ", sorted by count" : "",
                  report.query.cumulative ? ", cumulative" : "", report.raw ? ", raw" : "");
  text += commands_lines(report);
  text += fmt::format("# {} -> {} ({}, {:+}); {}\n", amount_text(all.before, metric),
                      amount_text(all.after, metric), signed_size_text(change.bytes), change.count,
                      rows_phrase(report));
  if (const std::string filters = filters_text(report.query); !filters.empty()) {
    text += fmt::format("# only{}\n", filters);
  }
  text += incomplete_line(report.before.profile.data().header);
  if (&report.before.profile != &report.after.profile) {
    text += incomplete_line(report.after.profile.data().header);
  }
  return text;
}

}  // namespace

std::string difference_text(std::string_view label, Amount amount, Change change) {
  std::string text =
      fmt::format("{}: size={} ({}), count={} ({:+})", label, size_text(amount.bytes),
                  signed_size_text(change.bytes), amount.count, change.count);
  if (amount.count != 0) text += ", average=" + average_text(amount);
  return text;
}

void write_text(const DifferenceReport& report, std::ostream& out) {
  SourceLines source;
  out << heading(report);
  for (const StatisticDifference& row : report.differences.rows) {
    if (!out) return;
    const Profile& profile = profile_of(report, row);
    const std::string label = key_label(profile, report.query.group, row.key);
    out << difference_text(label, row.amount, row.change) << '\n';
    if (report.query.group == Group::kTraceback) {
      write_traceback(profile, row.key.trace, source, out);
    }
  }
}

}  // namespace heaptally
