#include <algorithm>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/profile/domains.h"
#include "core/profile/losses.h"
#include "core/profile/processes.h"
#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/statistics_report.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

std::string_view blocks_name(Metric metric) {
  return metric == Metric::kLive ? "block" : "allocation";
}

// Why the moment shown is another than the one asked for.
std::string edge_note(std::string_view asked) {
  return fmt::format("exact; the last edge of a time bucket before {}", asked);
}

// The peak of the run, or of one process: "the peak of cc1plus -O2 (123)".
std::string peak_phrase(const RecordingData& data, const Snapshot& snapshot) {
  Nanoseconds peak_time = data.header.peak_time;
  std::string peak = "the peak";
  if (snapshot.image) {
    const Process& image = data.processes[index_of(*snapshot.image)];
    peak_time = image.peak_time;
    peak = "the peak of " + process_label(image);
  } else if (snapshot.domain) {
    peak = fmt::format("the peak of domain {}", printable(domain_name(data, *snapshot.domain)));
    if (*snapshot.domain != kHeapDomain) {
      peak_time = data.domains[index_of(*snapshot.domain)].peak_time;
    }
  }
  const std::string time = moment_text(snapshot.time);
  if (snapshot.metric == Metric::kLive) {
    return fmt::format("{}, {} ({})", peak, time,
                       snapshot.exact ? "exact" : "the highest edge of a time bucket");
  }
  if (snapshot.time == peak_time) return fmt::format("{}, {} (exact)", peak, time);
  return fmt::format("{} ({})", time, edge_note(peak + " at " + moment_text(peak_time)));
}

// What is live at the end was live just before each process ended. Of an unfinished recording the
// timeline alone is known, which has it as freed.
std::string_view end_name(const RecordingData& data, Metric metric) {
  const bool of_each =
      metric == Metric::kLive && data.header.complete && Processes(data).size() > 1;
  return of_each ? "the end of each process" : "the end";
}

// What a moment that has a time was called.
std::string asked_name(const Moment& asked) {
  std::string time = moment_text(asked.time);
  switch (asked.kind) {
    case Moment::Kind::kShare:
      return fmt::format("{:g} % of the run, {}", asked.share * 100, time);
    case Moment::Kind::kMark:
      return fmt::format("mark {}, {}", printable(asked.mark), time);
    case Moment::Kind::kStart:
      return "the start, " + time;
    default:
      return time;
  }
}

std::string missing_text(const Header& header) {
  std::string text;
  const auto add = [&text](std::string_view part) {
    if (!text.empty()) text += ", ";
    text += part;
  };
  if (!header.complete) add("the recording was not finished");
  for (const Loss& loss : losses(header)) {
    const bool matters = loss.incomplete || loss.name == "unknown_frees";
    if (matters && loss.count != 0) add(counted(loss.count, loss.singular, loss.plural));
  }
  return text;
}

}  // namespace

std::string_view rows_name(Group group) {
  switch (group) {
    case Group::kLine:
      return "line";
    case Group::kFile:
      return "file";
    case Group::kFunction:
      return "function";
    case Group::kModule:
      return "module";
    case Group::kTraceback:
      return "traceback";
    case Group::kThread:
      return "thread";
    case Group::kProcess:
      return "process";
    case Group::kSize:
      break;
  }
  return "size";
}

std::string rows_name_plural(Group group) {
  return std::string(rows_name(group)) + (group == Group::kProcess ? "es" : "s");
}

std::string amount_text(Amount amount, Metric metric) {
  return fmt::format("{} in {}", size_text(amount.bytes),
                     counted(amount.count, blocks_name(metric)));
}

std::string stretch_phrase(const Snapshot& snapshot) {
  if (snapshot.metric == Metric::kLive) return "at";
  if (!snapshot.from || snapshot.from->kind == Moment::Kind::kStart) return "from the start to";
  return fmt::format("from {} to", moment_text(snapshot.from_time));
}

// What the moment shown is called, and how exact it is: "the peak, 1.5 s (exact)".
std::string moment_phrase(const RecordingData& data, const Snapshot& snapshot) {
  if (snapshot.asked.kind == Moment::Kind::kPeak) return peak_phrase(data, snapshot);
  const std::string time = moment_text(snapshot.time);
  if (snapshot.asked.kind == Moment::Kind::kEnd) {
    return fmt::format("{}, {} (exact)", end_name(data, snapshot.metric), time);
  }
  const std::string asked = asked_name(snapshot.asked);
  if (snapshot.time == snapshot.asked.time) return asked + " (exact)";
  return fmt::format("{} ({})", time, edge_note(asked));
}

std::string filters_text(const Query& query) {
  std::string text;
  for (const Filter& filter : query.filters) {
    text += fmt::format(" {} '{}'", filter.inclusive ? "--filter" : "--exclude",
                        printable(filter.text));
  }
  const auto& filters = query.filters;
  if (std::any_of(filters.begin(), filters.end(), [](const Filter& f) { return f.all_frames; })) {
    text += " --all-frames";
  }
  for (const std::string& place : query.through) {
    text += fmt::format(" --through '{}'", printable(place));
  }
  for (const std::string& place : query.without) {
    text += fmt::format(" --without '{}'", printable(place));
  }
  for (const std::string& thread : query.threads) {
    text += fmt::format(" --thread '{}'", printable(thread));
  }
  for (const std::string& process : query.processes) {
    text += fmt::format(" --process '{}'", printable(process));
  }
  for (const std::string& domain : query.domains) {
    text += fmt::format(" --domain '{}'", printable(domain));
  }
  return text;
}

std::string shape_text(const TreeShape& shape) {
  std::string text;
  for (const std::string& place : shape.merged) {
    text += fmt::format(" --merge '{}'", printable(place));
  }
  if (shape.collapse_recursion) text += " --collapse-recursion";
  return text;
}

std::string command_line_text(const Header& header) {
  // Which blanks part its arguments is not known of an imported one.
  if (!header.imported_from.empty()) {
    return header.command.empty() ? "not known" : printable(header.command.front());
  }
  std::string text;
  for (const std::string& argument : header.command) {
    if (!text.empty()) text += ' ';
    const bool plain =
        !argument.empty() && argument.find_first_of(" \t\n'\"\\$*?;&|<>()") == std::string::npos;
    text += plain ? argument : "'" + argument + "'";
  }
  return printable(text);
}

std::string incomplete_phrase(const RecordingData& data) {
  if (!is_incomplete(data.header)) return {};
  std::string text = "incomplete: " + missing_text(data.header);
  if (!data.header.complete) text += "; it goes as far as " + moment_text(run_time(data));
  return text;
}

std::string incomplete_line(const Header& header) {
  if (!is_incomplete(header)) return {};
  return fmt::format("# incomplete: {}\n", missing_text(header));
}

// Names the modules of rows whose place in the source is not known.
std::string without_debug_line(const Profile& profile, Group group,
                               const std::vector<PlaceId>& shown) {
  constexpr std::size_t kNamed = 3;
  const bool by_place = is_by_place(group) || group == Group::kTraceback;
  if (!by_place || group == Group::kModule) return {};
  const Places& places = profile.places();
  std::vector<std::string_view> modules;
  for (const PlaceId place : shown) {
    if (places[place].source) continue;
    const std::string_view module = places.where(place);
    if (std::find(modules.begin(), modules.end(), module) == modules.end()) {
      modules.push_back(module);
    }
  }
  if (modules.empty()) return {};
  std::string names;
  for (std::size_t i = 0; i < std::min(kNamed, modules.size()); ++i) {
    names += (i == 0 ? "" : ", ") + printable(modules[i]);
  }
  if (modules.size() > kNamed) names += fmt::format(" and {} more", modules.size() - kNamed);
  return fmt::format("# no debug information: {}; only modules and symbols told their sites\n",
                     names);
}

std::string coverage_phrase(const Query& query, const Statistics& statistics) {
  const bool by_size = query.sort == SortBy::kSize;
  const std::string_view name = rows_name(query.group);
  const std::string plural = rows_name_plural(query.group);
  if (statistics.groups == 0) return "nothing to show";
  const std::string rows =
      statistics.rows.size() == statistics.groups
          ? (statistics.groups == 1 ? fmt::format("1 {}", name)
                                    : "all " + counted(statistics.groups, name, plural))
          : fmt::format("top {} of {}", grouped_text(statistics.rows.size()),
                        counted(statistics.groups, name, plural));
  const std::string share =
      by_size ? percent_text(statistics.covered.bytes, statistics.kept.bytes)
              : percent_text(statistics.covered.count, statistics.kept.count) + " of the count";
  return fmt::format("{} cover{} {}", rows, statistics.rows.size() == 1 ? "s" : "", share);
}

std::string heading_text(const StatisticsReport& report) {
  const RecordingData& data = report.profile.data();
  const Query& query = report.query;
  const Snapshot& snapshot = report.snapshot;
  std::string text =
      fmt::format("# {} {} {}, by {}{}{}{}\n", name_of(snapshot.metric), stretch_phrase(snapshot),
                  moment_phrase(data, snapshot), name_of(query.group),
                  query.sort == SortBy::kCount ? ", sorted by count" : "",
                  query.cumulative ? ", cumulative" : "", report.raw ? ", raw" : "");
  text += fmt::format("# {}; {}\n", amount_text(report.statistics.kept, snapshot.metric),
                      coverage_phrase(query, report.statistics));
  if (const std::string filters = filters_text(query); !filters.empty()) {
    text += fmt::format("# only{}: {} of {}\n", filters,
                        amount_text(report.statistics.kept, snapshot.metric),
                        amount_text(report.statistics.whole, snapshot.metric));
  }
  std::vector<PlaceId> shown;
  for (const Statistic& row : report.statistics.rows) shown.push_back(row.key.place);
  text += without_debug_line(report.profile, query.group, shown);
  text += incomplete_line(data.header);
  return text;
}

}  // namespace heaptally
