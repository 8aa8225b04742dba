#include "cli/record_both.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

#include "cli/output.h"
#include "cli/recorder.h"
#include "core/base/error.h"
#include "core/collect/launcher.h"

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

RecordedBoth record_both(const std::vector<RecordedCommand>& commands, bool overwrite) {
  RecordedBoth recorded;
  // What can be known beforehand to fail is not found out after the first of two long runs.
  for (const RecordedCommand& one : commands) find_program(one.command.front());
  for (const RecordedCommand& one : commands) {
    RecordOptions record;
    record.command = one.command;
    record.output = one.output;
    record.overwrite = overwrite;
    const int status = record_apart(record, one.name);
    if (recorded.status == 0) recorded.status = status;
    std::error_code problem;
    if (!fs::exists(one.output, problem)) return {{}, status};
    recorded.files.push_back(one.output);
  }
  return recorded;
}

}  // namespace heaptally
