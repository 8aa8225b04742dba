// The commands of heaptally, one a file. Each adds itself to the command line and, when it is the
// one given, runs and leaves its exit code in `status`. Errors leave as heaptally::Error.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace heaptally {

// From `record`'s PROGRAM on, every word is the program's, options included: takes those words,
// less the `--` that may stand before them, out of heaptally's arguments (without its own name).
std::vector<std::string> take_program(std::vector<std::string>& arguments);

// The commands of `compare`: what stands after each `--`, taken out of heaptally's arguments.
std::vector<std::vector<std::string>> take_commands(std::vector<std::string>& arguments);

void add_annotate_command(CLI::App& app, int& status);
void add_check_command(CLI::App& app, int& status);
void add_compare_command(CLI::App& app, int& status,
                         std::vector<std::vector<std::string>> commands);
void add_diff_command(CLI::App& app, int& status);
void add_events_command(CLI::App& app, int& status);
void add_export_command(CLI::App& app, int& status);
void add_flame_command(CLI::App& app, int& status);
void add_import_command(CLI::App& app, int& status);
void add_leaks_command(CLI::App& app, int& status);
void add_lifetimes_command(CLI::App& app, int& status);
void add_mark_command(CLI::App& app, int& status);
void add_processes_command(CLI::App& app, int& status);
void add_record_command(CLI::App& app, int& status, std::vector<std::string> program);
void add_report_command(CLI::App& app, int& status);
void add_resolve_command(CLI::App& app, int& status);
void add_sizes_command(CLI::App& app, int& status);
void add_sql_command(CLI::App& app, int& status);
void add_stats_command(CLI::App& app, int& status);
void add_summary_command(CLI::App& app, int& status);
void add_temporary_command(CLI::App& app, int& status);
void add_threads_command(CLI::App& app, int& status);
void add_timeline_command(CLI::App& app, int& status);
void add_tree_command(CLI::App& app, int& status);
// Becomes another program.
void add_view_command(CLI::App& app);

}  // namespace heaptally
