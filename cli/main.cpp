// heaptally: which line holds, leaks or churns how much memory.
#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "core/base/error.h"

namespace {

using heaptally::ExitCode;

constexpr const char* kExamples = R"(Examples:
  heaptally record ./program --its arguments    record a program
  heaptally summary program.1234.heaptally      the run at a glance
  heaptally stats program.1234.heaptally        the lines that held most at the peak
  heaptally stats --help                        what else can be asked

Exit codes: 0 success, 1 it could not be done, 2 the command line is wrong.
`heaptally record` exits as the recorded program does.)";

int fail(const std::string& line, ExitCode code) {
  heaptally::tell(fmt::format("heaptally: {}\n", line));
  return static_cast<int>(code);
}

// The part of the command line that was understood, to ask for help on.
std::string command_given(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? "heaptally" : "heaptally " + commands.front()->get_name();
}

// What is wrong, in words that name it first like all other errors do.
std::string problem_of(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (app.get_subcommands().empty()) {
    if (argc < 2) return "a command is missing";
    return fmt::format("{}: no such {}", argv[1], argv[1][0] == '-' ? "option" : "command");
  }
  const std::string_view problem = error.what();
  // "The following argument was not expected: ARGUMENT", or several arguments.
  constexpr std::string_view kExtra = "not expected: ";
  const std::size_t found = problem.find(kExtra);
  if (found == std::string_view::npos) return std::string(problem);
  const std::string_view extra = problem.substr(found + kExtra.size());
  return fmt::format("{}: {}", extra,
                     extra.starts_with('-') ? "no such option" : "too many arguments");
}

int report_usage(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::string problem = problem_of(app, error, argc, argv);
  // The library writes some messages on several lines.
  for (char& character : problem) {
    if (character == '\n') character = ' ';
  }
  problem.erase(problem.find_last_not_of(" .") + 1);
  return fail(fmt::format("{}; see {} --help", problem, command_given(app)), ExitCode::kUsage);
}

}  // namespace

int main(int argc, char** argv) {
  int status = static_cast<int>(ExitCode::kOk);
  CLI::App app("heaptally tells which line of a program holds, leaks or churns how much memory.",
               "heaptally");
  app.set_version_flag("--version", "heaptally " HEAPTALLY_VERSION);
  app.require_subcommand(1);
  app.footer(kExamples);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  heaptally::add_record_command(app, status, heaptally::take_program(arguments));
  heaptally::add_summary_command(app, status);
  heaptally::add_stats_command(app, status);
  heaptally::add_diff_command(app, status);
  heaptally::add_compare_command(app, status, heaptally::take_commands(arguments));
  heaptally::add_leaks_command(app, status);
  heaptally::add_annotate_command(app, status);
  heaptally::add_events_command(app, status);
  heaptally::add_lifetimes_command(app, status);
  heaptally::add_mark_command(app, status);
  heaptally::add_processes_command(app, status);
  heaptally::add_sizes_command(app, status);
  heaptally::add_temporary_command(app, status);
  heaptally::add_threads_command(app, status);
  heaptally::add_timeline_command(app, status);
  heaptally::add_tree_command(app, status);
  heaptally::add_view_command(app);
  heaptally::add_check_command(app, status);
  heaptally::add_export_command(app, status);
  heaptally::add_flame_command(app, status);
  heaptally::add_report_command(app, status);
  heaptally::add_sql_command(app, status);
  heaptally::add_resolve_command(app, status);
  heaptally::add_import_command(app, status);
  try {
    // The library wants them last first.
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
    return report_usage(app, error, argc, argv);
  } catch (const heaptally::Error& error) {
    return fail(error.what(), error.code());
  } catch (const std::bad_alloc&) {
    return fail("out of memory", ExitCode::kFailed);
  } catch (const std::exception& error) {
    return fail(error.what(), ExitCode::kFailed);
  }
  return status;
}
