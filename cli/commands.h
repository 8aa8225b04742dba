// The commands of heaptally, one a file. Each adds itself to the command line and, when it is the
// one given, runs and leaves its exit code in `status`. Errors leave as heaptally::Error.
#pragma once

#include <CLI/CLI.hpp>

namespace heaptally {

void add_record_command(CLI::App& app, int& status);
void add_stats_command(CLI::App& app, int& status);
void add_summary_command(CLI::App& app, int& status);

}  // namespace heaptally
