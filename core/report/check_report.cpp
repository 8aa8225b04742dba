#include "core/report/check_report.h"

#include <algorithm>
#include <ostream>
#include <string>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/export_traces.h"
#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/markup.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

std::string value_text(Measure measure, std::uint64_t value) {
  if (!is_in_bytes(measure)) return grouped_text(value);
  const std::string size = size_text(value);
  // What is rounded would not tell a limit from what is just above it.
  return value < 10240 ? size : fmt::format("{} ({} B)", size, grouped_text(value));
}

std::string places_text(const CheckQuestion& question) {
  std::string text;
  for (const std::string& place : question.places) {
    text += fmt::format(" --in '{}'", printable(place));
  }
  return text;
}

std::string verdict(const CheckReport& report, const CheckedLimit& checked) {
  const Limit& limit = checked.limit;
  return fmt::format(
      "{}: {}, limit {} ({}{})", name_of(limit.measure), value_text(limit.measure, checked.found),
      value_text(limit.measure, limit.most), limit.text, places_text(report.question));
}

// Where most of it came from.
std::string worst_text(const CheckReport& report, const CheckedLimit& checked) {
  constexpr std::size_t kFrames = 8;
  const Places& places = report.profile.places();
  std::string text;
  for (const Statistic& row : checked.worst) {
    text += fmt::format("  {}: size={}, count={}\n", place_label(places, row.key.place),
                        size_text(row.amount.bytes), row.amount.count);
    const std::vector<PlaceId> path = site_path(report.profile, row.key.trace);
    for (std::size_t i = 1; i < std::min(kFrames, path.size()); ++i) {
      text +=
          fmt::format("    called from {}\n", call_label(report.profile, Group::kLine, path[i]));
    }
    if (path.size() > kFrames) {
      text += fmt::format("    and {}\n", counted(path.size() - kFrames, "more call"));
    }
  }
  return text;
}

}  // namespace

void write_text(const CheckReport& report, std::ostream& out) {
  for (const CheckedLimit& checked : report.limits) {
    out << (checked.is_broken() ? "broken  " : "ok      ") << verdict(report, checked) << '\n';
    if (checked.is_broken()) out << worst_text(report, checked);
  }
  if (const std::string line = incomplete_line(report.profile.data().header); !line.empty()) {
    out << line;
  }
}

void write_junit(const CheckReport& report, std::ostream& out) {
  const auto broken = std::count_if(report.limits.begin(), report.limits.end(),
                                    [](const CheckedLimit& limit) { return limit.is_broken(); });
  const std::string command = escaped(command_line_text(report.profile.data().header));
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      << fmt::format(
             "<testsuites tests=\"{0}\" failures=\"{1}\">\n"
             "<testsuite name=\"heaptally\" tests=\"{0}\" failures=\"{1}\" errors=\"0\" "
             "skipped=\"0\">\n",
             report.limits.size(), broken);
  for (const CheckedLimit& checked : report.limits) {
    const std::string name = escaped(checked.limit.text + places_text(report.question));
    out << fmt::format("<testcase name=\"{}\" classname=\"heaptally.{}\" time=\"0\">", name,
                       name_of(checked.limit.measure));
    if (checked.is_broken()) {
      out << fmt::format("\n<failure message=\"{}\" type=\"limit\">{}\n{}</failure>\n",
                         escaped(verdict(report, checked)), command,
                         escaped(worst_text(report, checked)));
    }
    out << "</testcase>\n";
  }
  out << "</testsuite>\n</testsuites>\n";
}

}  // namespace heaptally
