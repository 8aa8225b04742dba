#include "cli/record_both.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

#include "cli/output.h"
#include "cli/recorder.h"
#include "core/base/error.h"
#include "core/collect/launcher.h"
#include "core/profile/moment.h"
#include "core/recording/reader.h"

namespace heaptally {
namespace {

namespace fs = std::filesystem;

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

// One run of a command.
struct Run {
  fs::path file;
  Nanoseconds wall{0};
};

// Where a run is recorded, and what it is called on stderr.
struct Target {
  fs::path file;
  std::string name;
};

// What is to be kept begins there, so that what cannot be written is known after the first run.
Target target_of(const RecordedCommand& command, std::size_t run, std::size_t runs,
                 const TemporaryFolder& folder) {
  const std::string count = runs == 1 ? "" : fmt::format(" {}/{}", run + 1, runs);
  if (run == 0 && !command.keep.empty()) {
    return {command.keep, fmt::format("{}{} ({})", command.name, count, command.keep.string())};
  }
  return {folder / fmt::format("{}.{}.heaptally", command.name, run), command.name + count};
}

void replace(const fs::path& file, const fs::path& with) {
  std::error_code problem;
  fs::copy_file(with, file, fs::copy_options::overwrite_existing, problem);
  if (problem) {
    throw Error(file.string(), fmt::format("cannot be written: {}", problem.message()));
  }
}

// Of two commands that ran more than once: in order of wall time.
RunSpread spread_of(std::array<std::vector<Run>, 2>& runs) {
  for (std::vector<Run>& of_one : runs) {
    for (Run& run : of_one) run.wall = run_time(RecordingReader(run.file).data());
    std::ranges::stable_sort(of_one, {}, &Run::wall);
  }
  return {.runs = runs[0].size(),
          .least_a = runs[0].front().wall,
          .most_a = runs[0].back().wall,
          .least_b = runs[1].front().wall,
          .most_b = runs[1].back().wall};
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::error_code problem;
  std::string name = (fs::temp_directory_path(problem) / "heaptally-compare-XXXXXX").string();
  if (problem || mkdtemp(name.data()) == nullptr) {
    throw Error(name, fmt::format("cannot be made ({})", std::strerror(errno)),
                "set TMPDIR to a folder that can be written to, or give --keep-a and --keep-b");
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

RecordedBoth record_both(const std::vector<RecordedCommand>& commands, std::size_t runs,
                         const TemporaryFolder& folder, bool overwrite) {
  RecordedBoth recorded;
  // What can be known beforehand to fail is not found out after the first of two long runs.
  for (const RecordedCommand& one : commands) find_program(one.command.front());
  std::array<std::vector<Run>, 2> done;
  for (std::size_t run = 0; run < runs; ++run) {
    for (std::size_t i = 0; i < done.size(); ++i) {
      const Target target = target_of(commands[i], run, runs, folder);
      RecordOptions record;
      record.command = commands[i].command;
      record.output = target.file;
      record.overwrite = overwrite;
      const int status = record_apart(record, target.name);
      if (recorded.status == 0) recorded.status = status;
      std::error_code problem;
      if (!fs::exists(target.file, problem)) return {.files = {}, .status = status, .spread = {}};
      done[i].push_back({.file = target.file});
    }
  }
  if (runs > 1) recorded.spread = spread_of(done);
  for (std::size_t i = 0; i < done.size(); ++i) {
    const fs::path& median = done[i][(runs - 1) / 2].file;
    const fs::path& keep = commands[i].keep;
    if (!keep.empty() && keep != median) replace(keep, median);
    recorded.files.push_back(median);
  }
  return recorded;
}

}  // namespace heaptally
