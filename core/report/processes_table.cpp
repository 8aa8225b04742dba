#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/columns.h"
#include "core/report/csv.h"
#include "core/report/heading.h"
#include "core/report/key_json.h"
#include "core/report/processes_report.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

// The lines of the tree, of those chosen the `limit` with the greatest peaks.
std::vector<ProcessLine> lines_of(const ProcessesReport& report) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < report.processes.size(); ++i) {
    if (report.chosen.chosen[i]) order.push_back(i);
  }
  const std::size_t limit = report.query.limit;
  if (limit != 0 && limit < order.size()) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return report.chosen.amounts[a].own_peak.bytes > report.chosen.amounts[b].own_peak.bytes;
    });
    order.resize(limit);
  }
  std::vector<bool> shown(report.processes.size());
  for (const std::size_t process : order) shown[process] = true;
  return process_tree(report.processes, shown);
}

std::string heading(const ProcessesReport& report, std::size_t shown) {
  const ProcessAmounts& sum = report.chosen.sum;
  std::string text = "# ";
  if (shown < report.chosen.count) text += fmt::format("top {} of ", grouped_text(shown));
  text += fmt::format("{}; {} in all, {} live at the peak of the tree\n",
                      counted(report.chosen.count, "process", "processes"),
                      amount_text(sum.total, Metric::kTotal), size_text(sum.live_at_peak.bytes));
  if (const std::string filters = filters_text(report.query); !filters.empty()) {
    text += fmt::format("# only{}\n", filters);
  }
  return text + incomplete_line(report.profile.data().header);
}

void add_row(Columns& columns, const WholeProcess& process, const ProcessAmounts& amounts,
             std::size_t depth) {
  const bool is_recorded = process.not_recorded.empty() || process.total.count != 0;
  const std::string note = process.not_recorded.empty() ? ""
                           : is_recorded ? "then not recorded: " + printable(process.not_recorded)
                                         : "not recorded: " + printable(process.not_recorded);
  std::vector<std::string> cells = {pid_text(process.pid, process),
                                    pid_text(process.parent_pid, process),
                                    command_column(process, depth),
                                    duration_text((process.start)),
                                    process.duration ? duration_text(*process.duration) : "?",
                                    exit_text(process)};
  if (is_recorded) {
    for (const std::string& cell :
         {grouped_text(amounts.total.count), size_text(amounts.total.bytes),
          percent_text(amounts.temporary.count, amounts.total.count),
          size_text(amounts.own_peak.bytes), size_text(amounts.live_at_peak.bytes),
          size_text(amounts.live_at_end.bytes)}) {
      cells.push_back(cell);
    }
  }
  cells.resize(12);
  cells.push_back(note);
  columns.add(std::move(cells));
}

Json process_json(const ProcessesReport& report, const ProcessLine& line) {
  const WholeProcess& process = report.processes[line.process];
  const ProcessAmounts& amounts = report.chosen.amounts[line.process];
  const bool is_one = process.pid != 0;
  const bool is_known = is_one && process.exit_status != kUnknownExit;
  return {{"pid", is_one ? Json(process.pid) : Json()},
          {"parent_pid", is_one ? Json(process.parent_pid) : Json()},
          {"depth", line.depth},
          {"processes", process.processes},
          {"images", process.images.size()},
          {"process", process.command},
          {"start_ns", process.start.count()},
          {"duration_ns", process.duration ? Json(process.duration->count()) : Json()},
          {"exit_status", is_known ? Json(process.exit_status) : Json()},
          {"not_recorded", process.not_recorded.empty() ? Json() : Json(process.not_recorded)},
          {"total", amount_json(amounts.total)},
          {"temporary", amount_json(amounts.temporary)},
          {"peak", amount_json(amounts.own_peak)},
          {"peak_ns", process.peak_time.count()},
          {"live_at_peak", amount_json(amounts.live_at_peak)},
          {"live_at_end", amount_json(amounts.live_at_end)}};
}

std::string amount_fields(Amount amount) {
  return fmt::format("{},{}", amount.bytes, amount.count);
}

// A value of process_json as a field.
std::string field(const Json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? csv_field(value.get<std::string>()) : value.dump();
}

}  // namespace

void write_text(const ProcessesReport& report, std::ostream& out) {
  const std::vector<ProcessLine> lines = lines_of(report);
  out << heading(report, lines.size());
  if (lines.empty()) {
    out << "nothing to show\n";
    return;
  }
  Columns columns({{.name = "PID"},
                   {.name = "parent"},
                   {.name = "command", .left = true},
                   {.name = "start"},
                   {.name = "duration"},
                   {.name = "exit", .left = true},
                   {.name = "allocations"},
                   {.name = "total"},
                   {.name = "temporary"},
                   {.name = "own peak"},
                   {.name = "at peak"},
                   {.name = "at end"},
                   {.name = "", .left = true, .colour = Colour::kYellow}});
  for (const ProcessLine& line : lines) {
    add_row(columns, report.processes[line.process], report.chosen.amounts[line.process],
            line.depth);
  }
  columns.write(report.style, out);
}

void write_json(const ProcessesReport& report, std::ostream& out) {
  const Header& header = report.profile.data().header;
  const ProcessAmounts& sum = report.chosen.sum;
  const std::vector<ProcessLine> lines = lines_of(report);
  Json heading = {{"command", header.command}};
  heading.update(filters_json(report.query));
  heading.erase("processes");  // those asked for; the name is that of the rows
  heading["only_processes"] = report.query.processes;
  heading.update(Json{{"total", amount_json(sum.total)},
                      {"temporary", amount_json(sum.temporary)},
                      {"live_at_peak", amount_json(sum.live_at_peak)},
                      {"live_at_end", amount_json(sum.live_at_end)},
                      {"shown", lines.size()},
                      {"groups", report.chosen.count}});
  heading.update(losses_json(header));
  JsonRows rows(out, heading, "processes");
  for (const ProcessLine& line : lines) {
    if (!out) return;
    rows.add(process_json(report, line));
  }
  rows.finish();
}

void write_csv(const ProcessesReport& report, std::ostream& out) {
  out << "pid,parent_pid,depth,processes,images,process,start_ns,duration_ns,exit_status,"
         "not_recorded,total_bytes,total_count,temporary_bytes,temporary_count,peak_bytes,"
         "peak_count,peak_ns,live_at_peak_bytes,live_at_peak_count,live_at_end_bytes,"
         "live_at_end_count\n";
  for (const ProcessLine& line : lines_of(report)) {
    if (!out) return;
    const ProcessAmounts& amounts = report.chosen.amounts[line.process];
    const Json json = process_json(report, line);
    std::string text;
    for (const char* name : {"pid", "parent_pid", "depth", "processes", "images", "process",
                             "start_ns", "duration_ns", "exit_status", "not_recorded"}) {
      text += field(json[name]) + ",";
    }
    out << fmt::format("{}{},{},{},{},{},{}\n", text, amount_fields(amounts.total),
                       amount_fields(amounts.temporary), amount_fields(amounts.own_peak),
                       field(json["peak_ns"]), amount_fields(amounts.live_at_peak),
                       amount_fields(amounts.live_at_end));
  }
}

}  // namespace heaptally
