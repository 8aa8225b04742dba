#include "cli/pager.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace heaptally {
namespace {

std::string command() {
  const char* asked = std::getenv("PAGER");
  // A shell says 127 of what is not there, but by then the text would be gone.
  return asked != nullptr ? asked
                          : "if command -v less >/dev/null; then exec less; else exec cat; fi";
}

}  // namespace

bool wants_pager(std::string_view text) {
  if (isatty(STDOUT_FILENO) == 0) return false;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return false;
  // A line stays for the prompt.
  return std::count(text.begin(), text.end(), '\n') >= size.ws_row;
}

int Pager::start() {
  const std::string line = command();
  std::array<int, 2> ends{};
  if (line.empty() || line == "cat" || pipe2(ends.data(), O_CLOEXEC) != 0) return STDOUT_FILENO;
  setenv("LESS", "FRX", /*overwrite=*/0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::string shell = "sh", option = "-c", script = line;
  const std::array<char*, 4> words = {shell.data(), option.data(), script.data(), nullptr};
  const int problem =
      posix_spawn(&process_, "/bin/sh", &actions, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[0]);
  if (problem != 0) {
    close(ends[1]);
    process_ = -1;
    return STDOUT_FILENO;
  }
  std::signal(SIGINT, SIG_IGN);
  return input_ = ends[1];
}

void Pager::wait() {
  if (process_ < 0) return;
  close(input_);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  std::signal(SIGINT, SIG_DFL);
}

}  // namespace heaptally
