// Launcher: starts the program that is to be recorded.
#pragma once

#include <sys/signalfd.h>

#include <chrono>
#include <string>
#include <vector>

namespace heaptally {

struct ProgramSettings {
  std::vector<std::string> command;  // program and arguments
  std::string preload;               // path of the shim
  std::string session;               // value of the session variable
};

// The file that `name` stands for, through PATH unless it has a slash.
// Errors: Error with ExitCode::kUsage if there is none or it is not executable.
std::string find_program(const std::string& name);

// The recorded program: a child that waits to become it, then runs it, then has ended.
class Program {
 public:
  // Makes the child, so that its PID is known; it waits for start(). Without start() it
  // just ends. The shim is preloaded before what LD_PRELOAD names already: an allocator among
  // those is then recorded through. Errors: as find_program() and check_program().
  explicit Program(const ProgramSettings& settings);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Errors: Error with ExitCode::kUsage if the program cannot be executed.
  void start();

  int pid() const { return pid_; }
  int pidfd() const { return pidfd_; }  // readable once it has ended

  // Its status as a shell reports it; it must have ended.
  int wait();
  // The highest RSS in bytes that the kernel saw, after wait(); 0 if that is not its own.
  unsigned long peak_rss() const { return peak_rss_; }
  // What it and the children that it waited for used of the processors, after wait().
  std::chrono::nanoseconds cpu() const { return cpu_; }

 private:
  int pid_ = -1;
  int pidfd_ = -1;
  int gate_ = -1;    // the child starts once a byte comes through
  int report_ = -1;  // and says here what went wrong
  std::string path_;
  bool waited_ = false;
  long rss_at_fork_ = 0;  // KiB: what the child began with, as a copy of this process
  unsigned long peak_rss_ = 0;
  std::chrono::nanoseconds cpu_{0};
};

// Has signals that ask heaptally to stop delivered through a descriptor instead.
class SignalQueue {
 public:
  SignalQueue();
  ~SignalQueue();
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;

  int fd() const { return fd_; }
  // The next pending signal; false: there is none.
  bool take(signalfd_siginfo& signal);

 private:
  int fd_ = -1;
};

// Whether the terminal sent a signal to the whole foreground group, so that the recorded program
// has got it already.
bool came_from_terminal(const signalfd_siginfo& signal);

}  // namespace heaptally
