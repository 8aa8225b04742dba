#include <algorithm>
#include <ostream>
#include <string>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/profile/losses.h"
#include "core/report/heading.h"
#include "core/report/labels.h"
#include "core/report/processes_report.h"
#include "core/report/summary_report.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

void fact(std::ostream& out, std::string_view name, std::string_view text) {
  out << fmt::format("{:<12}  {}\n", name, text);
}

std::string blocks_text(Amount amount) {
  return fmt::format("{} in {}", size_text(amount.bytes), counted(amount.count, "block"));
}

std::string allocations_text(Amount amount) {
  return fmt::format("{} in {}", size_text(amount.bytes), counted(amount.count, "allocation"));
}

void write_facts(const RecordingData& data, const Processes& processes, const Summary& summary,
                 std::ostream& out) {
  const Header& header = data.header;
  fact(out, "command", command_line_text(header));
  if (!header.imported_from.empty()) {
    fact(out, "imported",
         fmt::format("from {}: time goes on in steps of about 10 ms",
                     printable(header.imported_from)));
  }
  fact(out, "duration", duration_text(summary.duration) + ", " + end_phrase(header));
  fact(out, "threads", threads_phrase(header, processes, summary));
  fact(out, "allocations",
       grouped_text(summary.total.count) + ", " + size_text(summary.total.bytes) + " in all");
  fact(out, "frees", grouped_text(summary.frees));
  fact(out, "temporary",
       fmt::format("{}, {} of the allocations, {}", grouped_text(summary.temporary.count),
                   percent_text(summary.temporary.count, summary.total.count),
                   size_text(summary.temporary.bytes)));
  fact(out, "peak",
       fmt::format("{}, at {}{}", blocks_text(summary.peak), duration_text(header.peak_time),
                   header.complete ? "" : " (the highest edge of a time bucket)"));
  fact(out, "live at end",
       blocks_text(summary.live_at_end) + (header.complete && processes.size() > 1
                                               ? " (of each process, just before its end)"
                                               : ""));
  for (const Domain& domain : summary.domains) {
    fact(out, "domain",
         fmt::format("{}: {}; peak {}, at {}; live at end {}", printable(domain.name),
                     allocations_text(domain.total), blocks_text(domain.peak),
                     duration_text(domain.peak_time), blocks_text(domain.live_at_end)));
  }
  fact(out, "peak RSS", rss_phrase(header, summary));
}

void write_warnings(const Header& header, const Summary& summary, std::ostream& out) {
  for (const Loss& loss : losses(header)) {
    if (loss.count == 0) continue;
    fact(out, loss.incomplete ? "incomplete" : "note",
         counted(loss.count, loss.singular, loss.plural) +
             (loss.detail.empty() ? "" : fmt::format(" ({})", loss.detail)));
  }
  if (header.waited.count() != 0) {
    fact(out, "note",
         fmt::format("the program's threads waited {} in all for heaptally",
                     duration_text(header.waited)));
  }
  if (heap_explains_little(summary)) {
    fact(out, "warning",
         "the heap explains little of the memory's growth: the program may map memory itself");
    fact(out, "", "(stats --domain mmap), or have an allocator that heaptally does not see");
    if (summary.processes_at_once > 1) {
      fact(out, "", "(and what processes share, as after a fork, is in the RSS of each of them)");
    }
  }
}

void write_process_table(const Processes& processes, std::size_t limit, std::ostream& out) {
  if (processes.size() < 2) return;
  out << "\nprocesses\n";
  const std::size_t more = write_processes(processes, limit, out);
  if (more == 0) return;
  out << fmt::format("  and {} more with smaller peaks; --all-processes shows all\n",
                     grouped_text(more));
}

// As it is given to --at: the second and later ones of a name by their number.
std::string mark_text(const std::vector<Mark>& marks, std::size_t index) {
  const std::string& name = marks[index].name;
  const auto here = marks.begin() + static_cast<std::ptrdiff_t>(index);
  const auto earlier =
      std::count_if(marks.begin(), here, [&](const Mark& mark) { return mark.name == name; });
  const std::string text = name.empty() ? "''" : printable(name);
  return earlier == 0 ? text : fmt::format("{}#{}", text, earlier + 1);
}

void write_marks(const std::vector<Mark>& marks, std::ostream& out) {
  constexpr std::size_t kShown = 20;
  if (marks.empty()) return;
  out << "\nmarks\n";
  for (std::size_t i = 0; i < std::min(marks.size(), kShown); ++i) {
    out << fmt::format("  {:>10}  {}\n", duration_text(marks[i].time), mark_text(marks, i));
  }
  if (marks.size() <= kShown) return;
  out << fmt::format("  and {} more; heaptally sql FILE \"SELECT * FROM marks\" shows all\n",
                     grouped_text(marks.size() - kShown));
}

std::string count_text(const Statistic& row) { return counted(row.amount.count, "block"); }

std::size_t widest_count(const Statistics& lines) {
  std::size_t width = 0;
  for (const Statistic& row : lines.rows) width = std::max(width, count_text(row).size());
  return width;
}

void write_lines(const Profile& profile, std::string_view title, const Statistics& lines,
                 std::size_t count_width, std::ostream& out) {
  out << fmt::format("\n{}\n", title);
  if (lines.rows.empty()) out << "  nothing\n";
  for (const Statistic& row : lines.rows) {
    out << fmt::format("  {:>10}  {:>7}  {:>{}}  {}\n", size_text(row.amount.bytes),
                       percent_text(row.amount.bytes, lines.kept.bytes), count_text(row),
                       count_width, key_label(profile, Group::kLine, row.key));
  }
}

}  // namespace

std::string end_phrase(const Header& header) {
  if (!header.complete) return "the recording was not finished";
  if (!header.imported_from.empty()) return "how it ended is not known";
  if (header.exit_status == kUnknownExit) return "a snapshot, after which the program ran on";
  if (header.exit_status > 128 && header.exit_status < 128 + 65) {
    return fmt::format("exit status {} (signal {})", header.exit_status, header.exit_status - 128);
  }
  return fmt::format("exit status {}", header.exit_status);
}

std::string rss_phrase(const Header& header, const Summary& summary) {
  if (header.peak_rss == 0) return "not sampled";
  std::string peak = size_text(header.peak_rss);
  if (!header.imported_from.empty()) return peak;
  if (!summary.heap_share) return peak + ", not grown since the start";
  // Blocks that were never written to take no memory, so the share can exceed 1.
  const std::string share =
      *summary.heap_share >= 1 ? "all" : fmt::format("{:.0f} %", *summary.heap_share * 100);
  return fmt::format("{}, grown by {}; the heap explains {} of that", peak,
                     size_text(summary.rss_growth), share);
}

std::string threads_phrase(const Header& header, const Processes& processes,
                           const Summary& summary) {
  if (!header.imported_from.empty()) return "not known";
  std::uint64_t recorded = 0;
  for (const WholeProcess& process : processes) {
    const bool is_recorded = process.not_recorded.empty() || process.total.count != 0;
    if (is_recorded) recorded += process.processes;
  }
  const std::string threads = grouped_text(summary.threads);
  return recorded < 2 ? threads : threads + " in " + counted(recorded, "process", "processes");
}

void write_text(const Profile& profile, const Summary& summary, std::size_t processes,
                std::ostream& out) {
  const RecordingData& data = profile.data();
  const Processes all(data);
  write_facts(data, all, summary, out);
  write_warnings(data.header, summary, out);
  write_process_table(all, processes, out);
  write_marks(data.marks, out);
  const std::size_t width = std::max(
      {widest_count(summary.at_peak), widest_count(summary.at_end), widest_count(summary.of_all)});
  write_lines(profile, "top lines at the peak", summary.at_peak, width, out);
  write_lines(profile, "top lines at the end", summary.at_end, width, out);
  write_lines(profile, "top lines of all allocations", summary.of_all, width, out);
}

}  // namespace heaptally
