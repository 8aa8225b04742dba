// The processes of a recording written out.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include "core/profile/process_amounts.h"
#include "core/profile/processes.h"
#include "core/report/style.h"

namespace heaptally {

// A table of the `limit` processes with the greatest peaks (0: all), as process_tree has them: PID,
// parent, command (below that of its parent, cut to fit), duration, exit, peak, live at end; or why
// it was not recorded. Returns how many were left out.
std::size_t write_processes(const Processes& processes, std::size_t limit, std::ostream& out);

// An answer together with its question. Everything in it must outlive it.
struct ProcessesReport {
  const Profile& profile;
  const Processes& processes;
  const Query& query;
  const ChosenProcesses& chosen;
  Style style = {};
};

// All that is known of the processes chosen, as a tree; of `query` the limit counts, and chooses
// those with the greatest peaks. Each stops quietly when `out` has failed.
//
// Text: a heading, then a line for each process. JSON: "command", what was asked ("only_processes"
// for the filter), "total", "temporary", "live_at_peak", "live_at_end" {"bytes", "count"}, "shown",
// "groups", and "processes", an array with a line each: "pid", "parent_pid", "depth" (in the tree),
// "processes" (how many are folded), "images", "process" (its command), "start_ns", "duration_ns",
// "exit_status", "not_recorded", "total", "temporary", "peak" (its own), "peak_ns",
// "live_at_peak" (of the whole tree), "live_at_end". What is not known is null. CSV: the same
// columns, amounts as _bytes and _count.
void write_text(const ProcessesReport& report, std::ostream& out);
void write_json(const ProcessesReport& report, std::ostream& out);
void write_csv(const ProcessesReport& report, std::ostream& out);

// Cells of either table: the command, indented as its process is in the tree; a PID, or nothing
// for folded processes; how it ended, as a shell reports it, 128 + signal.
std::string command_column(const WholeProcess& process, std::size_t depth);
std::string pid_text(std::int32_t pid, const WholeProcess& process);
std::string exit_text(const WholeProcess& process);

}  // namespace heaptally
