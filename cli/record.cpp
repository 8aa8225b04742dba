// heaptally record: runs a program and records its allocations.
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/recorder.h"
#include "core/base/error.h"
#include "core/base/size_text.h"
#include "core/collect/collector.h"
#include "core/collect/launcher.h"
#include "core/collect/program_check.h"
#include "core/profile/moment.h"
#include "core/profile/places.h"
#include "core/recording/reader.h"
#include "core/report/stack_difference.h"
#include "core/report/wording.h"

namespace heaptally {
namespace {

constexpr const char* kRecordExamples = R"(Examples:
  heaptally record ./program --its arguments
  heaptally record -o eager.heaptally -- python3 -c 'print(sum(range(1000)))'
  heaptally record --drop ./server         never make the program wait
  heaptally record --log ./program         each allocation and free, too: heaptally events
  heaptally record -- make -j2             the whole tree of processes, in one recording
  heaptally record --mark-signal USR2 ./server
                                           kill -USR2 HEAPTALLY: marks "signal 1", "signal 2"
  heaptally record --snapshot-every 10s ./server
                                           diff FILE --from mark:snapshot#1 --to mark:snapshot#2
  heaptally record --snapshot-at-exit ./program
                                           stats FILE --at mark:exit: before destructors ran
  heaptally record --stopped ./program     only what it does after heaptally_start()

The processes that the program starts are recorded with it, and the recording ends with the last
of them. When only background processes are left, Ctrl-C ends the recording and leaves them be.

The program's output, input and exit status are its own (128+N if signal N ended it).
One line on stderr tells where the recording is. HEAPTALLY_VERIFY=1 in the environment
compares every stack with libunwind's own, which is slow.)";

constexpr const char* kShim = "libheaptally_preload.so";

// Beside the command, in the build tree and where it is installed alike.
std::string find_shim() {
  std::error_code problem;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", problem);
  if (problem) {
    throw Error("/proc", "is not mounted, and heaptally finds itself and the program there",
                "mount it: mount -t proc proc /proc");
  }
  const std::filesystem::path shim = self.parent_path().parent_path() / "lib" / "heaptally" / kShim;
  if (access(shim.c_str(), R_OK) != 0) {
    if (errno == ENOENT) {
      throw Error(shim.string(), "the shim is not there", "install or build heaptally again");
    }
    throw Error(shim.string(), fmt::format("the shim cannot be read: {}", std::strerror(errno)),
                "let everybody read it, and enter the folders above it");
  }
  // The loader splits LD_PRELOAD at blanks and colons, and expands dollar signs.
  if (shim.string().find_first_of(" :$") != std::string::npos) {
    throw Error(shim.string(),
                "LD_PRELOAD cannot hold a path with a blank, a colon or a dollar sign",
                "install heaptally in a folder without them");
  }
  return shim.string();
}

void show_progress(std::size_t done, std::size_t all) {
  tell(fmt::format("\rheaptally: resolving symbols: {} of {} addresses", done, all));
  // Done: the line is cleared for what follows.
  if (done == all) tell("\r\033[K");
}

// "in 3 processes, 1 of them not recorded, ", or nothing if there is only one.
std::string processes_phrase(const RecordResult& result) {
  const std::uint64_t unrecorded = result.header.unrecorded_processes;
  std::string text;
  if (result.processes > 1) {
    text = fmt::format("in {}, ", counted(result.processes, "process", "processes"));
  }
  if (unrecorded != 0) text += fmt::format("{} not recorded (see summary), ", unrecorded);
  return text;
}

void print_closing_line(const RecordResult& result, const std::string& name) {
  const Header& header = result.header;
  tell(fmt::format("heaptally: {}: {} in {}, {}peak {}, live at end {} in {}, lost {}\n",
                   name.empty() ? result.path.string() : name,
                   counted(header.total.count, "allocation"), duration_text(header.duration),
                   processes_phrase(result), size_text(header.peak.bytes),
                   size_text(header.live_at_end.bytes), counted(header.live_at_end.count, "block"),
                   header.lost_events));
  if (!result.was_recorded) {
    const std::string reason =
        result.not_recorded.empty()
            ? "the shim did not start in it (is libunwind.so.8 missing, or its "
              "C library older than glibc 2.35?)"
            : result.not_recorded;
    tell(fmt::format("heaptally: {}: ran, but was not recorded: {}\n", header.command.front(),
                     reason));
  }
}

// What could not be seen is not to look as if it were nothing.
void print_unreachable_allocator(const std::string& program) {
  const std::string name = unreachable_allocator(program);
  if (name.empty()) return;
  tell(
      fmt::format("heaptally: {}: has a {} of its own that cannot be hooked: what is allocated "
                  "there is not in the recording\n",
                  program, name));
}

void tell_of_background(const std::string& program, const std::vector<std::int32_t>& running) {
  constexpr std::size_t kNamed = 5;
  std::string pids;
  for (std::size_t i = 0; i < running.size() && i < kNamed; ++i) {
    pids += fmt::format("{}{}", i == 0 ? "" : ", ", running[i]);
  }
  if (running.size() > kNamed) pids += ", ...";
  tell(fmt::format(
      "heaptally: {} has ended; {} of its tree run{} on and {} recorded (PID {}): "
      "Ctrl-C ends the recording and leaves {} be\n",
      program, counted(running.size(), "process", "processes"), running.size() == 1 ? "s" : "",
      running.size() == 1 ? "is" : "are", pids, running.size() == 1 ? "it" : "them"));
}

void print_differences(const RecordResult& result) {
  const RecordingReader reader(result.path);
  const Places places(reader.data());
  for (std::size_t i = 0; i < result.differences.size(); ++i) {
    const StackDifference& difference = result.differences[i];
    std::ostringstream text;
    write_difference(reader.data(), places,
                     {"as it was captured", "as libunwind steps through it", difference.captured,
                      difference.by_libunwind},
                     text);
    tell(fmt::format("stack {} of those that differ, in process {}:\n{}", i + 1, difference.pid,
                     text.str()));
  }
}

// Signals to stop are for the program, and heaptally cannot do without the others.
int parse_mark_signal(const std::string& name) {
  if (name == "USR1" || name == "SIGUSR1") return SIGUSR1;
  if (name == "USR2" || name == "SIGUSR2") return SIGUSR2;
  throw Error("--mark-signal " + name, "cannot set marks", "choose USR1 or USR2", ExitCode::kUsage);
}

Nanoseconds parse_interval(const std::string& text) {
  constexpr Nanoseconds kShortest = std::chrono::milliseconds(1),
                        kLongest = std::chrono::hours(10000);
  const std::optional<Nanoseconds> interval = read_duration(text);
  if (interval && *interval >= kShortest && *interval <= kLongest) return *interval;
  throw Error("--snapshot-every " + text, interval ? "is out of range" : "is no time",
              "give one of at least 1ms, such as 10s, 250ms or 1m30s", ExitCode::kUsage);
}

// Whether the option's value is the next word: that of a long option, of -o, or of short options in
// one, as -fo.
bool takes_next_word(const std::string& option) {
  if (option.starts_with("--")) {
    return option == "--output" || option == "--mark-signal" || option == "--snapshot-every";
  }
  return option.find('o') == option.size() - 1;
}

}  // namespace

int record_program(RecordOptions options, const std::string& name) {
  options.preload = find_shim();
  // For tests: the way of machines whose time stamp counter cannot be trusted.
  const char* clock = std::getenv("HEAPTALLY_CLOCK");
  options.monotonic_clock = clock != nullptr && std::string(clock) == "monotonic";
  const char* verify = std::getenv("HEAPTALLY_VERIFY");
  options.verify_stacks = verify != nullptr && std::string(verify) == "1";
  if (isatty(STDERR_FILENO) != 0) options.progress = show_progress;
  const std::string program = find_program(options.command.front());
  options.on_background = [&](const std::vector<std::int32_t>& running) {
    tell_of_background(program, running);
  };
  const RecordResult result = record(options);
  if (!result.failure.empty()) {
    tell(fmt::format("heaptally: {}\n", result.failure));
    // The program's own status matters more, if it tells anything.
    return result.exit_status != 0 ? result.exit_status : static_cast<int>(ExitCode::kFailed);
  }
  print_closing_line(result, name);
  print_unreachable_allocator(program);
  if (options.verify_stacks) {
    tell(fmt::format("heaptally: {} stacks compared with libunwind's, {} differ\n",
                     result.verified_stacks, result.wrong_stacks));
    if (result.wrong_stacks != 0) {
      print_differences(result);
      return static_cast<int>(ExitCode::kFailed);
    }
  }
  return result.exit_status;
}

std::vector<std::string> take_program(std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "record") return {};
  auto word = arguments.begin() + 1;
  for (; word != arguments.end() && word->size() > 1 && word->front() == '-'; ++word) {
    if (*word == "--") break;
    if (takes_next_word(*word) && word + 1 != arguments.end()) ++word;
  }
  const auto own_end = word;
  if (word != arguments.end() && *word == "--") ++word;
  std::vector<std::string> program(word, arguments.end());
  arguments.erase(own_end, arguments.end());
  return program;
}

void add_record_command(CLI::App& app, int& status, std::vector<std::string> program) {
  CLI::App* command = app.add_subcommand("record", "Run a program and record its allocations");
  const auto options = std::make_shared<RecordOptions>();
  command
      ->add_option("-o,--output", options->output,
                   "The recording (default: PROGRAM.PID.heaptally here)")
      ->type_name("FILE");
  command->add_flag("-f,--force", options->overwrite, "Replace the file if it exists");
  command->add_flag("--drop", options->drop_when_full,
                    "When a ring is full drop events and count them, instead of waiting");
  command->add_flag(
      "--log", options->log,
      "Keep every allocation and free, for heaptally events: one to three MB a million");
  command
      ->add_option_function<std::string>(
          "--mark-signal",
          [options](const std::string& name) { options->mark_signal = parse_mark_signal(name); },
          "USR1 or USR2: this signal, sent to heaptally itself, sets a mark and is not passed on")
      ->type_name("SIGNAL");
  command
      ->add_option_function<std::string>(
          "--snapshot-every",
          [options](const std::string& text) { options->snapshot_every = parse_interval(text); },
          "Set a mark \"snapshot\" each time that this has passed, at most 3,072 of them")
      ->type_name("TIME");
  command->add_flag("--snapshot-at-exit", options->marks_exit,
                    "Set a mark \"exit\" when a process begins to exit, before its handlers run");
  command->add_flag("--stopped", options->starts_stopped,
                    "Record nothing until the program calls heaptally_start()");
  command->add_flag("!--no-follow", options->follow,
                    "Record the first process alone, not those that it starts");
  command->footer(kRecordExamples);
  // For --help only: these words never reach the parser.
  command->add_option("PROGRAM", options->command, "The program and its arguments")
      ->type_name("[ARGUMENT]...");
  command->callback([options, program = std::move(program), &status] {
    if (program.empty()) {
      throw Error("record", "the program to record is missing", "see heaptally record --help",
                  ExitCode::kUsage);
    }
    options->command = program;
    status = record_program(*options);
  });
}

}  // namespace heaptally
