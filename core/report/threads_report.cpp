#include "core/report/threads_report.h"

#include <ostream>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/columns.h"
#include "core/report/csv.h"
#include "core/report/heading.h"
#include "core/report/key_json.h"
#include "core/report/labels.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

const Task& task_of(const ThreadsReport& report, const ThreadRow& row) {
  return report.profile.data().tasks[index_of(row.task)];
}

const Process& process_of(const ThreadsReport& report, const ThreadRow& row) {
  return report.profile.data().processes[index_of(task_of(report, row).process)];
}

double share_of(const ThreadsReport& report, const ThreadRow& row) {
  const std::uint64_t whole = report.threads.kept.total.bytes;
  if (whole == 0) return 0;
  return static_cast<double>(row.total.bytes) / static_cast<double>(whole);
}

std::string name_text(const Task& task) {
  if (task.threads == 0) return "all threads";
  const std::string name = task.name.empty() ? "thread" : printable(task.name);
  return task.threads > 1 ? fmt::format("{} ({})", name, counted(task.threads, "thread")) : name;
}

std::string heading(const ThreadsReport& report) {
  const Threads& threads = report.threads;
  const bool all = threads.rows.size() == threads.threads;
  std::string text =
      fmt::format("# threads in the whole run, sorted by {}; {}\n", name_of(report.order),
                  all ? counted(threads.threads, "row")
                      : fmt::format("top {} of {}", grouped_text(threads.rows.size()),
                                    grouped_text(threads.threads)));
  text += fmt::format("# {}; blocks are their allocating thread's\n",
                      amount_text(threads.kept.total, Metric::kTotal));
  if (const std::string filters = filters_text(report.query); !filters.empty()) {
    text +=
        fmt::format("# only{}: of {}\n", filters, amount_text(threads.whole.total, Metric::kTotal));
  }
  return text + incomplete_line(report.profile.data().header);
}

}  // namespace

void write_text(const ThreadsReport& report, std::ostream& out) {
  out << heading(report);
  if (report.threads.rows.empty()) {
    out << "nothing to show\n";
    return;
  }
  Columns columns({{.name = "thread", .left = true},
                   {.name = "TID"},
                   {.name = "allocations"},
                   {.name = "total"},
                   {.name = "share"},
                   {.name = "temporary"},
                   {.name = "at peak"},
                   {.name = "at end"},
                   {.name = "process", .left = true}});
  for (const ThreadRow& row : report.threads.rows) {
    const Task& task = task_of(report, row);
    columns.add({name_text(task), task.threads != 1 ? "" : std::to_string(task.tid),
                 grouped_text(row.total.count), size_text(row.total.bytes),
                 percent_text(row.total.bytes, report.threads.kept.total.bytes),
                 percent_text(row.temporary.count, row.total.count),
                 size_text(row.live_at_peak.bytes), size_text(row.live_at_end.bytes),
                 process_label(process_of(report, row))});
  }
  columns.write(report.style, out);
}

void write_json(const ThreadsReport& report, std::ostream& out) {
  const Header& header = report.profile.data().header;
  const auto amounts = [](const ThreadRow& row) {
    return Json{{"total", amount_json(row.total)},
                {"temporary", amount_json(row.temporary)},
                {"live_at_peak", amount_json(row.live_at_peak)},
                {"live_at_end", amount_json(row.live_at_end)}};
  };
  Json heading = {{"command", header.command}, {"sort", name_of(report.order)}};
  heading.update(filters_json(report.query));
  heading.erase("threads");  // those asked for; the name is that of the rows
  heading["only_threads"] = report.query.threads;
  heading.update(amounts(report.threads.kept));
  heading.update(Json{{"shown", report.threads.rows.size()}, {"groups", report.threads.threads}});
  heading.update(losses_json(header));
  JsonRows rows(out, heading, "threads");
  for (const ThreadRow& row : report.threads.rows) {
    if (!out) return;
    Json json = key_json(report.profile, Group::kThread, Key{.task = row.task});
    json["process"] = process_of(report, row).command;
    json["pid"] = process_of(report, row).pid;
    json.update(amounts(row));
    json["share"] = share_of(report, row);
    rows.add(json);
  }
  rows.finish();
}

void write_csv(const ThreadsReport& report, std::ostream& out) {
  out << "label,thread,tid,threads,process,pid,total_bytes,total_count,temporary_bytes,"
         "temporary_count,live_at_peak_bytes,live_at_peak_count,live_at_end_bytes,"
         "live_at_end_count,share\n";
  for (const ThreadRow& row : report.threads.rows) {
    if (!out) return;
    const Task& task = task_of(report, row);
    const Process& process = process_of(report, row);
    const std::string label = key_label(report.profile, Group::kThread, Key{.task = row.task});
    out << fmt::format("{},{},{},{},{},{},", csv_field(label), csv_field(task.name), task.tid,
                       task.threads, csv_field(process.command), process.pid);
    out << fmt::format("{},{},{},{},{},{},{},{},{}\n", row.total.bytes, row.total.count,
                       row.temporary.bytes, row.temporary.count, row.live_at_peak.bytes,
                       row.live_at_peak.count, row.live_at_end.bytes, row.live_at_end.count,
                       share_of(report, row));
  }
}

}  // namespace heaptally
