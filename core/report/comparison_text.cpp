#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/comparison_report.h"
#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/traceback_text.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

std::string fact_text(ComparedFact::Unit unit, std::uint64_t value) {
  switch (unit) {
    case ComparedFact::Unit::kBytes:
      return size_text(value);
    case ComparedFact::Unit::kTime:
      return duration_text(Nanoseconds(static_cast<std::int64_t>(value)));
    case ComparedFact::Unit::kCount:
      break;
  }
  return grouped_text(value);
}

std::string command_line(const Side& side) {
  std::string text;
  for (const std::string& word : side.profile.data().header.command) {
    text += (text.empty() ? "" : " ") + word;
  }
  return command_text(text, 96);
}

std::string status_text(int status) {
  if (status > 128 && status < 128 + 65) return fmt::format("signal {}", status - 128);
  return std::to_string(status);
}

void write_row(std::string_view name, std::string_view a, std::string_view b,
               std::string_view factor, std::ostream& out) {
  out << fmt::format("{:<14}  {:>12}  {:>12}{}{}\n", name, a, b, factor.empty() ? "" : "  ",
                     factor);
}

void write_facts(const ComparisonReport& report, std::ostream& out) {
  write_row("", "A", "B", "", out);
  for (const ComparedFact& fact : report.facts) {
    if (!fact.known) continue;
    write_row(fact.name, fact_text(fact.unit, fact.a), fact_text(fact.unit, fact.b),
              factor_text(fact.a, fact.b), out);
  }
  const int a = report.lines.before.profile.data().header.exit_status;
  const int b = report.lines.after.profile.data().header.exit_status;
  if (a != 0 || b != 0) write_row("exit status", status_text(a), status_text(b), "", out);
}

std::string spread_line(const RunSpread& spread) {
  return fmt::format(
      "# of {} runs of each the ones of median wall time; A took {} to {}, B {} to {}\n",
      spread.runs, duration_text(spread.least_a), duration_text(spread.most_a),
      duration_text(spread.least_b), duration_text(spread.most_b));
}

// When both were looked at; of total and temporary what came until then.
std::string moment_phrase(const Snapshot& snapshot) {
  const Moment& asked = snapshot.asked;
  const bool is_live = snapshot.metric == Metric::kLive;
  if (!is_live && asked.kind == Moment::Kind::kEnd) return "of all the run";
  // Without the option.
  std::string name = printable(asked.text.substr(asked.text.find(' ') + 1));
  if (name.empty() || name == name_of(asked.kind)) {
    name = fmt::format("the {}", name_of(asked.kind));
  }
  return fmt::format("{} {}", is_live ? "at" : "until", name);
}

// What stands above the rows.
std::string rows_heading(const DifferenceReport& lines) {
  const StatisticDifferences& all = lines.differences;
  const std::string plural = rows_name_plural(lines.query.group);
  const Snapshot& snapshot = lines.after.snapshot;
  return fmt::format("{} that differ most, {} {}; {} of {} differ{}{}\n", plural,
                     name_of(snapshot.metric), moment_phrase(snapshot), grouped_text(all.changed),
                     grouped_text(all.groups), lines.query.cumulative ? "; cumulative" : "",
                     lines.raw ? "; raw" : "");
}

// Rows that are the same in both are not what differs.
void write_rows(const DifferenceReport& lines, std::ostream& out) {
  SourceLines source;
  if (lines.differences.groups == 0) out << "  nothing to show\n";
  if (lines.differences.changed != 0) {
    out << fmt::format("  {:>10}  {:>10}  {:>11}  {:>9}\n", "A", "B", "change", "blocks");
  }
  for (const StatisticDifference& row : lines.differences.rows) {
    if (!out) return;
    if (row.change == Change{}) continue;
    const Profile& profile = (row.vanished ? lines.before : lines.after).profile;
    const std::uint64_t size_a = row.amount.bytes - static_cast<std::uint64_t>(row.change.bytes);
    out << fmt::format("  {:>10}  {:>10}  {:>11}  {:>+9}  {}\n", size_text(size_a),
                       size_text(row.amount.bytes), signed_size_text(row.change.bytes),
                       row.change.count, key_label(profile, lines.query.group, row.key));
    if (lines.query.group == Group::kTraceback) {
      write_traceback(profile, row.key.trace, source, out);
    }
  }
}

}  // namespace

std::string factor_text(std::uint64_t a, std::uint64_t b) {
  if (a == b) return "the same";
  if (a == 0) return "none before";
  if (b == 0) return "none any more";
  const double factor = static_cast<double>(std::max(a, b)) / static_cast<double>(std::min(a, b));
  const std::string_view word = b < a ? "less" : "more";
  if (factor < 1.005) return fmt::format("hardly {}", word);
  return fmt::format("{:.{}f} x {}", factor, factor < 1.1 ? 2 : factor < 100 ? 1 : 0, word);
}

void write_text(const ComparisonReport& report, std::ostream& out) {
  const DifferenceReport& lines = report.lines;
  out << fmt::format("# A: {}\n# B: {}\n", command_line(lines.before), command_line(lines.after));
  for (const auto& [name, side] : {std::pair("A", &lines.before), std::pair("B", &lines.after)}) {
    const std::string incomplete = incomplete_line(side->profile.data().header);
    if (!incomplete.empty()) out << fmt::format("# {} is {}", name, incomplete.substr(2));
  }
  if (report.spread) out << spread_line(*report.spread);
  if (const std::string filters = filters_text(lines.query); !filters.empty()) {
    out << fmt::format("# only{}; but times and RSS are those of the whole runs\n", filters);
  }
  out << '\n';
  write_facts(report, out);
  if (report.timelines) {
    out << '\n';
    write_plot(report, out);
  }
  out << '\n' << rows_heading(lines);
  write_rows(lines, out);
}

void write_csv(const ComparisonReport& report, std::ostream& out) { write_csv(report.lines, out); }

}  // namespace heaptally
