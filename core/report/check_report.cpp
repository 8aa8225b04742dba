#include "core/report/check_report.h"

#include <algorithm>
#include <array>
#include <ctime>
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

// When the run began, in UTC; without a zone, as the schemas want it.
std::string timestamp(const Header& header) {
  const auto seconds = static_cast<std::time_t>(header.start_unix_ns / 1'000'000'000);
  std::tm time{};
  if (gmtime_r(&seconds, &time) == nullptr) return "1970-01-01T00:00:00";
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &time);
  return text.data();
}

}  // namespace

void write_text(const CheckReport& report, std::ostream& out) {
  for (const CheckedLimit& checked : report.limits) {
    out << (checked.is_broken() ? "broken  " : "ok      ") << verdict(report, checked) << '\n';
    if (checked.is_broken()) out << worst_text(report, checked);
  }
  const std::string missing = incomplete_phrase(report.profile.data());
  if (!missing.empty()) out << "# " << missing << '\n';
}

// What both schemas in use allow, that of Ant's reports and that of Jenkins: the former wants
// children and attributes that the latter leaves out, and the other way round.
void write_junit(const CheckReport& report, std::ostream& out) {
  const RecordingData& data = report.profile.data();
  const auto broken = std::count_if(report.limits.begin(), report.limits.end(),
                                    [](const CheckedLimit& limit) { return limit.is_broken(); });
  const std::string command = escaped(command_line_text(data.header));
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      << fmt::format(
             "<testsuite name=\"heaptally check\" package=\"heaptally\" id=\"0\" tests=\"{}\" "
             "failures=\"{}\" errors=\"0\" timestamp=\"{}\" hostname=\"{}\" time=\"0\">\n",
             report.limits.size(), broken, timestamp(data.header),
             data.header.host.empty() ? "localhost" : escaped(data.header.host))
      << fmt::format("<properties><property name=\"command\" value=\"{}\"/></properties>\n",
                     command);
  for (const CheckedLimit& checked : report.limits) {
    const std::string_view measure = name_of(checked.limit.measure);
    const std::string name =
        escaped(fmt::format("{}: {}{}", measure, checked.limit.text, places_text(report.question)));
    out << fmt::format("<testcase name=\"{}\" classname=\"heaptally.{}\" time=\"0\">", name,
                       measure);
    if (checked.is_broken()) {
      out << fmt::format("\n<failure message=\"{}\" type=\"limit\">{}\n{}</failure>\n",
                         escaped(verdict(report, checked)), command,
                         escaped(worst_text(report, checked)));
    }
    out << "</testcase>\n";
  }
  out << "<system-out>" << escaped(incomplete_phrase(data))
      << "</system-out>\n<system-err></system-err>\n</testsuite>\n</testsuites>\n";
}

}  // namespace heaptally
