// heaptally compare: records two commands, or takes two recordings, and shows them side by side.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "cli/recorder.h"
#include "core/base/error.h"
#include "core/collect/launcher.h"
#include "core/report/comparison_report.h"

namespace heaptally {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples =
    R"(The commands are recorded one after the other, A first; what they print goes where it always
does. A number's factor is how B compares to A: "2.4 x less". CPU time and wall time are those of
the recorded runs, and so include what recording cost. Rows are the same if they read the same:
the same line of the same file.

When a command fails that is shown, and heaptally exits with its status, the first one's if both do.

Examples:
  heaptally compare -- ./eager 1000000 -- ./lazy 1000000
  heaptally compare --keep-a old.heaptally -- ./old -- ./new
  heaptally compare --metric total --sort count -- ./old -- ./new
  heaptally compare -- sh -c './old -v >/dev/null' -- sh -c './new -v >/dev/null'
  heaptally compare OLD.heaptally NEW.heaptally)";

// The command line as given.
struct Options {
  std::string file_a, file_b;  // both, or the two commands
  std::vector<std::vector<std::string>> commands;
  std::string keep_a, keep_b;
  bool overwrite = false;
  std::string metric = "live";
  std::optional<std::string> at;
  RowOptions rows;
  FilterOptions filters;
};

// Purpose: a new folder of our own, gone with all in it at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code problem;
    std::string name = (fs::temp_directory_path(problem) / "heaptally-compare-XXXXXX").string();
    if (problem || mkdtemp(name.data()) == nullptr) {
      throw Error(name, fmt::format("cannot be made ({})", std::strerror(errno)),
                  "set TMPDIR to a folder that can be written to, or give --keep-a and --keep-b");
    }
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

// In the child, which is a heaptally record of its own.
[[noreturn]] void record_and_exit(const RecordOptions& options, const std::string& name) {
  int status = static_cast<int>(ExitCode::kFailed);
  try {
    status = record_program(options, name);
  } catch (const Error& error) {
    tell(fmt::format("heaptally: {}\n", error.what()));
    status = static_cast<int>(error.code());
  } catch (const std::exception& error) {
    tell(fmt::format("heaptally: {}\n", error.what()));
  }
  _exit(status);
}

// Records in a process of its own: what a recording changes of the process that makes it (limits,
// signals, what its children leave) is not for the next one to start from. Ctrl-C is for the
// program, as it would be without heaptally. Returns the status that heaptally record exits with.
int record_apart(const RecordOptions& options, const std::string& name) {
  const pid_t self = getpid();
  const pid_t child = fork();
  if (child < 0) throw Error("fork", std::strerror(errno));
  if (child == 0) {
    // If this heaptally is killed, the program is told to stop.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != self) _exit(static_cast<int>(ExitCode::kFailed));
    record_and_exit(options, name);
  }
  struct sigaction ignore = {}, interrupt = {}, quit = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGINT, &ignore, &interrupt);
  sigaction(SIGQUIT, &ignore, &quit);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  sigaction(SIGINT, &interrupt, nullptr);
  sigaction(SIGQUIT, &quit, nullptr);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// What was recorded; `status` alone counts if one of the two could not be.
struct Recorded {
  std::vector<std::string> files;
  int status = 0;
};

Recorded record_both(const Options& options, const TemporaryFolder& folder) {
  Recorded recorded;
  // What can be known beforehand to fail is not found out after the first of two long runs.
  for (const std::vector<std::string>& command : options.commands) find_program(command.front());
  for (std::size_t i = 0; i < options.commands.size(); ++i) {
    const std::string name = i == 0 ? "A" : "B";
    const std::string& keep = i == 0 ? options.keep_a : options.keep_b;
    RecordOptions record;
    record.command = options.commands[i];
    record.output = keep.empty() ? folder / (name + ".heaptally").c_str() : fs::path(keep);
    record.overwrite = options.overwrite;
    const int status =
        record_apart(record, keep.empty() ? name : fmt::format("{} ({})", name, keep));
    if (recorded.status == 0) recorded.status = status;
    std::error_code problem;
    if (!fs::exists(record.output, problem)) return {{}, status};
    recorded.files.push_back(record.output);
  }
  return recorded;
}

void require_new(const std::string& file, const Options& options) {
  std::error_code problem;
  if (file.empty() || options.overwrite || !fs::exists(file, problem)) return;
  throw Error(file, "exists", "give another name, or --force", ExitCode::kUsage);
}

void require_two(const Options& options) {
  const auto refuse = [](const char* problem, const char* remedy) {
    throw Error("compare", problem, remedy, ExitCode::kUsage);
  };
  const bool keeps = !options.keep_a.empty() || !options.keep_b.empty();
  if (options.file_a.empty() && options.commands.empty()) {
    refuse("what to compare is missing",
           "give two commands, -- CMD_A ... -- CMD_B ..., or two recordings");
  }
  if (!options.file_a.empty() && !options.commands.empty()) {
    refuse("recordings and commands were given", "give two of either");
  }
  if (options.commands.empty()) {
    if (options.file_b.empty()) {
      refuse("the second recording is missing",
             "give two, or two commands: -- CMD_A ... -- CMD_B ...");
    }
    if (keeps) refuse("--keep-a and --keep-b keep what commands recorded", "leave them out");
    return;
  }
  if (options.commands.size() > 2) {
    refuse("there are more than two commands between the --",
           "if one has a -- of its own, write sh -c 'CMD -- ...'");
  }
  const auto is_empty = [](const auto& command) { return command.empty(); };
  if (options.commands.size() != 2 || std::ranges::any_of(options.commands, is_empty)) {
    refuse("a command is missing", "give two: -- CMD_A ... -- CMD_B ...");
  }
  if (!options.keep_a.empty() && options.keep_a == options.keep_b) {
    refuse("--keep-a and --keep-b name one file", "give two names");
  }
  require_new(options.keep_a, options);
  require_new(options.keep_b, options);
}

// Everything that can be wrong with the command line is found before anything is recorded.
int run(const Options& options) {
  require_two(options);
  const Metric metric = parse_metric(options.metric);
  const Moment moment = parse_moment(options.at.value_or(metric == Metric::kLive ? "peak" : "end"));
  const Format format = parse_format(options.rows.format);
  const Query query = query_of(options.rows, options.filters);

  std::optional<TemporaryFolder> folder;
  Recorded recorded{{options.file_a, options.file_b}, 0};
  if (!options.commands.empty()) {
    folder.emplace();
    recorded = record_both(options, *folder);
    if (recorded.files.empty()) return recorded.status;
  }
  OpenRecording a(recorded.files[0], options.filters), b(recorded.files[1], options.filters);
  const Snapshot before = a.snapshot(metric, moment), after = b.snapshot(metric, moment);
  const Side old_side = {a.profile(), before}, new_side = {b.profile(), after};
  const StatisticDifferences rows = compare(old_side, new_side, query);
  const DifferenceReport lines = {.before = old_side,
                                  .after = new_side,
                                  .query = query,
                                  .differences = rows,
                                  .raw = options.filters.raw};
  answer(ComparisonReport{.lines = lines, .facts = compare_facts(a.data(), b.data())}, format);
  return recorded.status;
}

}  // namespace

std::vector<std::vector<std::string>> take_commands(std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "compare") return {};
  const auto own_end = std::find(arguments.begin(), arguments.end(), "--");
  std::vector<std::vector<std::string>> commands;
  for (auto word = own_end; word != arguments.end(); ++word) {
    if (*word == "--") {
      commands.emplace_back();
    } else {
      commands.back().push_back(*word);
    }
  }
  arguments.erase(own_end, arguments.end());
  return commands;
}

void add_compare_command(CLI::App& app, int& status,
                         std::vector<std::vector<std::string>> commands) {
  CLI::App* command =
      app.add_subcommand("compare", "Record two commands and show them side by side");
  const auto options = std::make_shared<Options>();
  command->add_option("FILE_A", options->file_a,
                      "A recording, instead of -- CMD_A ... -- CMD_B ...");
  command->add_option("FILE_B", options->file_b, "The recording to compare it with");
  command->add_option("--keep-a", options->keep_a, "Keep what A recorded in this file")
      ->type_name("FILE");
  command->add_option("--keep-b", options->keep_b, "Keep what B recorded in this file")
      ->type_name("FILE");
  command->add_flag("-f,--force", options->overwrite, "Replace these files if they exist");
  command->add_option("--metric", options->metric, "live, total or temporary (live)")
      ->type_name("METRIC");
  command
      ->add_option("--at", options->at,
                   "The moment of both, as for stats (peak; end for total and temporary)")
      ->type_name("MOMENT");
  options->rows.add_to(*command);
  options->filters.add_to(*command);
  command->footer(kExamples);
  command->callback([options, commands = std::move(commands), &status] {
    options->commands = commands;
    status = run(*options);
  });
}

}  // namespace heaptally
