#include <algorithm>
#include <ostream>
#include <string>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/processes_report.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr std::size_t kCommandWidth = 40;
constexpr std::size_t kDeepest = 8;  // deeper ones are indented no further

// The last columns: what it held, or why that is not known.
std::string amounts_text(const WholeProcess& process) {
  const std::string reason = printable(process.not_recorded);
  if (!reason.empty() && process.total.count == 0) return "  not recorded: " + reason;
  std::string text = fmt::format("{:>10}  {:>11}", size_text(process.peak.bytes),
                                 size_text(process.live_at_end.bytes));
  if (!reason.empty()) text += "  then not recorded: " + reason;
  return text;
}

}  // namespace

std::string command_column(const WholeProcess& process, std::size_t depth) {
  const std::size_t indent = 2 * std::min(depth, kDeepest);
  const std::string folded =
      process.pid == 0 ? fmt::format(" ({})", counted(process.processes, "process", "processes"))
                       : "";
  const std::size_t taken = indent + folded.size();
  const std::size_t room = std::max<std::size_t>(kCommandWidth - std::min(taken, kCommandWidth), 8);
  return std::string(indent, ' ') + command_text(process.command, room) + folded;
}

std::string pid_text(std::int32_t pid, const WholeProcess& process) {
  return process.pid == 0 ? "" : std::to_string(pid);
}

std::string exit_text(const WholeProcess& process) {
  if (process.pid == 0) return "";
  const int status = process.exit_status;
  if (status == kUnknownExit) return "?";
  if (status > 128 && status < 128 + 65) return fmt::format("signal {}", status - 128);
  return std::to_string(status);
}

std::size_t write_processes(const Processes& processes, std::size_t limit, std::ostream& out) {
  const std::vector<ProcessLine> lines = process_tree(processes, limit);
  std::size_t width = std::string_view("command").size();
  for (const ProcessLine& line : lines) {
    const std::string command = command_column(processes[line.process], line.depth);
    width = std::max(width, characters(command));
  }
  out << fmt::format("  {:>7}  {:>7}  {:<{}}  {:>9}  {:<9}  {:>10}  {:>11}\n", "PID", "parent",
                     "command", width, "duration", "exit", "peak", "live at end");
  for (const ProcessLine& line : lines) {
    const WholeProcess& process = processes[line.process];
    const std::string duration = process.duration ? duration_text(*process.duration) : "?";
    out << fmt::format("  {:>7}  {:>7}  {:<{}}  {:>9}  {:<9}  {}\n", pid_text(process.pid, process),
                       pid_text(process.parent_pid, process), command_column(process, line.depth),
                       width, duration, exit_text(process), amounts_text(process));
  }
  return process_rows(processes) - lines.size();
}

}  // namespace heaptally
