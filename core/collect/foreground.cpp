#include "core/collect/foreground.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>

namespace heaptally {
namespace {

// Who leads a process group cannot leave it for one of its own, but for another's.
int make_group_leader() {
  const int child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    // What it has a copy of would stay open through it.
    close_range(0, ~0u, 0);
    while (true) pause();
  }
  if (child > 0) setpgid(child, child);
  return child;
}

}  // namespace

void Foreground::take() {
  if (terminal_ >= 0 || getsid(0) == getpid()) return;
  terminal_ = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  former_group_ = getpgrp();
  if (terminal_ < 0 || tcgetpgrp(terminal_) != former_group_) return;
  // Nobody could continue this process: its shell knows the former group alone.
  for (const int stop : {SIGTSTP, SIGTTIN, SIGTTOU}) signal(stop, SIG_IGN);
  int group = getpid();
  if (former_group_ == group) {
    placeholder_ = make_group_leader();
    if (placeholder_ <= 0) return;
    group = placeholder_;
  }
  if (setpgid(0, group) == 0) tcsetpgrp(terminal_, group);
}

Foreground::~Foreground() {
  if (terminal_ < 0) return;
  if (tcgetpgrp(terminal_) == getpgrp()) tcsetpgrp(terminal_, former_group_);
  close(terminal_);
  if (placeholder_ <= 0) return;
  kill(placeholder_, SIGKILL);
  waitpid(placeholder_, nullptr, 0);
}

}  // namespace heaptally
