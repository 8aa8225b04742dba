#include "core/collect/launcher.h"

#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/collect/program_check.h"
#include "wire/handshake.h"

namespace heaptally {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&set, signal);
  return set;
}

// What heaptally found and changed for itself, for the program to find as it was.
struct Inherited {
  struct sigaction file_size = {};  // of SIGXFSZ
  struct sigaction child = {};      // of SIGCHLD
  sigset_t mask = {};
  rlimit descriptors = {};
  rlimit file_bytes = {};
} g_inherited;

// As far as it may be without asking anybody.
void raise_limit(decltype(RLIMIT_NOFILE) resource, rlimit& inherited) {
  getrlimit(resource, &inherited);
  const rlimit most = {inherited.rlim_max, inherited.rlim_max};
  setrlimit(resource, &most);
}

void restore_what_was_inherited() {
  sigaction(SIGXFSZ, &g_inherited.file_size, nullptr);
  sigaction(SIGCHLD, &g_inherited.child, nullptr);
  sigprocmask(SIG_SETMASK, &g_inherited.mask, nullptr);
  setrlimit(RLIMIT_NOFILE, &g_inherited.descriptors);
  setrlimit(RLIMIT_FSIZE, &g_inherited.file_bytes);
}

bool is_file(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

// A binary, if a broken one: not for the shell to run.
bool is_elf(const std::string& path) {
  char magic[4] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof(magic));
  return std::memcmp(magic, ELFMAG, SELFMAG) == 0;
}

[[noreturn]] void refuse(const std::string& name, const std::string& problem,
                         const std::string& remedy) {
  throw Error(name, problem, remedy, ExitCode::kUsage);
}

// The environment of the program: ours, with the session and the shim.
std::vector<std::string> program_environment(const ProgramSettings& settings) {
  const std::string session = std::string(wire::kSessionVariable) + "=";
  const std::string preload = "LD_PRELOAD=";
  std::vector<std::string> entries;
  std::string preloaded = settings.preload;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (text.starts_with(session)) continue;
    if (text.starts_with(preload)) {
      if (text.size() > preload.size()) preloaded.append(":").append(text, preload.size());
      continue;
    }
    entries.push_back(text);
  }
  entries.push_back(preload + preloaded);
  entries.push_back(session + settings.session);
  return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

// In the child: becomes the program, or tells `report` why not. Only async-signal-safe calls.
[[noreturn]] void become(const char* path, char** arguments, char** environment, int gate,
                         int report, bool may_be_script) {
  char go;
  if (read(gate, &go, 1) != 1) _exit(0);
  restore_what_was_inherited();
  execve(path, arguments, environment);
  int problem = errno;
  if (problem == ENOEXEC && may_be_script) {
    // A script without an interpreter line is run by the shell, as execvp does.
    std::vector<char*> shell = {const_cast<char*>("/bin/sh"), const_cast<char*>(path)};
    for (char** argument = arguments + 1; *argument != nullptr; ++argument) {
      shell.push_back(*argument);
    }
    shell.push_back(nullptr);
    execve(shell[0], shell.data(), environment);
    problem = errno;
  }
  [[maybe_unused]] const ssize_t written = write(report, &problem, sizeof(problem));
  _exit(127);
}

}  // namespace

std::string find_program(const std::string& name) {
  if (name.empty()) refuse("record", "the program's name is empty", "name a program to record");
  std::string found;
  if (name.find('/') != std::string::npos) {
    struct stat info;
    if (stat(name.c_str(), &info) != 0) refuse(name, std::strerror(errno), "check the path");
    if (S_ISDIR(info.st_mode)) refuse(name, "is a directory", "name a program to record");
    found = name;
  } else {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path);
    std::string not_executable;
    for (std::string folder; std::getline(folders, folder, ':');) {
      std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
      if (!is_file(candidate)) continue;
      if (access(candidate.c_str(), X_OK) == 0) return candidate;
      not_executable = candidate;
    }
    if (not_executable.empty()) {
      refuse(name, "no such program in PATH", "check the name, or give its path");
    }
    found = not_executable;
  }
  if (access(found.c_str(), X_OK) != 0) {
    struct statvfs mount;
    if (statvfs(found.c_str(), &mount) == 0 && (mount.f_flag & ST_NOEXEC) != 0) {
      refuse(found, "lies on a filesystem that is mounted noexec", "record a copy elsewhere");
    }
    refuse(found, "is not executable",
           fmt::format("run chmod +x {} or record its interpreter", found));
  }
  return found;
}

Program::Program(const ProgramSettings& settings) {
  const std::string path = find_program(settings.command.front());
  check_program(path);
  std::vector<std::string> arguments = settings.command;
  std::vector<std::string> environment = program_environment(settings);
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  const std::vector<char*> environment_pointers = pointers_to(environment);
  int report[2], gate[2];
  // The gate is a socket: to write to the pipe of a child that was killed is a SIGPIPE.
  if (pipe2(report, O_CLOEXEC) != 0 ||
      socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) != 0) {
    throw Error("pipe", std::strerror(errno));
  }
  path_ = path;
  const bool may_be_script = !is_elf(path);
  rusage own = {};
  getrusage(RUSAGE_SELF, &own);
  rss_at_fork_ = own.ru_maxrss;
  pid_ = fork();
  if (pid_ == 0) {
    close(gate[1]);
    become(path.c_str(), const_cast<char**>(argument_pointers.data()),
           const_cast<char**>(environment_pointers.data()), gate[0], report[1], may_be_script);
  }
  close(report[1]);
  close(gate[0]);
  report_ = report[0];
  gate_ = gate[1];
  if (pid_ < 0) throw Error("fork", std::strerror(errno));
  pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ < 0) throw Error("pidfd_open", std::strerror(errno), "Linux 5.3 or later is needed");
}

void Program::start() {
  const bool is_open = send(gate_, "g", 1, MSG_NOSIGNAL) == 1;
  // A child that was killed has ended like any other program.
  int problem = is_open || errno == EPIPE || errno == ECONNRESET ? 0 : errno;
  // Ends at once when exec closes the other end.
  if (problem == 0 && read(report_, &problem, sizeof(problem)) != sizeof(problem)) problem = 0;
  if (problem == 0) return;
  wait();
  refuse(path_, fmt::format("cannot be executed: {}", std::strerror(problem)),
         "check that it is a program for this machine");
}

Program::~Program() {
  for (int fd : {pidfd_, gate_, report_}) {
    if (fd >= 0) close(fd);
  }
  // A child that was never started ends when the gate closes.
  if (pid_ > 0 && !waited_) wait();
}

int Program::wait() {
  int status = 0;
  rusage usage = {};
  while (wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  waited_ = true;
  const auto duration = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  cpu_ = duration(usage.ru_utime) + duration(usage.ru_stime);
  // The kernel counts from the fork on: below what the child began with it says nothing.
  if (usage.ru_maxrss > rss_at_fork_) {
    peak_rss_ = static_cast<unsigned long>(usage.ru_maxrss) * 1024;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

SignalQueue::SignalQueue() {
  const sigset_t signals = stop_signals();
  sigprocmask(SIG_BLOCK, &signals, &g_inherited.mask);
  // A limit on the size of files is an error to be told of, not to die of.
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &ignore, &g_inherited.file_size);
  // The kernel keeps no status of children whose parent ignores their end.
  struct sigaction normal = {};
  normal.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &normal, &g_inherited.child);
  // A descriptor or two for each process that is recorded; and their memory is a file, a large one.
  raise_limit(RLIMIT_NOFILE, g_inherited.descriptors);
  raise_limit(RLIMIT_FSIZE, g_inherited.file_bytes);
  fd_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

SignalQueue::~SignalQueue() {
  if (fd_ >= 0) close(fd_);
  sigaction(SIGXFSZ, &g_inherited.file_size, nullptr);
  sigaction(SIGCHLD, &g_inherited.child, nullptr);
  setrlimit(RLIMIT_NOFILE, &g_inherited.descriptors);
  setrlimit(RLIMIT_FSIZE, &g_inherited.file_bytes);
}

bool SignalQueue::take(signalfd_siginfo& signal) {
  return read(fd_, &signal, sizeof(signal)) == sizeof(signal);
}

bool came_from_terminal(const signalfd_siginfo& signal) {
  // The kernel itself is the sender of what was typed at a terminal; of a terminal that hangs
  // up it tells the session's leader alone.
  const bool to_leader = signal.ssi_signo == SIGHUP && getsid(0) == getpid();
  return signal.ssi_code == SI_KERNEL && !to_leader;
}

}  // namespace heaptally
