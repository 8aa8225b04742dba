#include "viewer/app/interrupts.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "core/base/error.h"

namespace heaptally::view {
namespace {

constexpr std::array<int, 3> kInterrupts = {SIGINT, SIGTERM, SIGHUP};
constexpr char kOfSignal = 's';
constexpr char kOfDestructor = 'd';

std::atomic<int> interrupt_pipe = -1;  // the end that handlers write to
static_assert(std::atomic<int>::is_always_lock_free);

void send(char what) {
  // A full pipe has told it already.
  const ssize_t ignored = write(interrupt_pipe, &what, 1);
  (void)ignored;
}

void on_interrupt(int) {
  const int before = errno;
  send(kOfSignal);
  errno = before;
}

void handle_interrupts(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  for (const int signal : kInterrupts) {
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    // As nohup wants it.
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
}

}  // namespace

Interrupts::Interrupts(std::function<void()> wake) : wake_(std::move(wake)) {
  std::array<int, 2> ends = {};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw Error("heaptally-view", "no pipe can be made");
  interrupt_pipe = ends[1];
  thread_ = std::thread([this, pipe = ends[0]] { listen(pipe); });
  handle_interrupts(on_interrupt);
}

Interrupts::~Interrupts() {
  handle_interrupts(SIG_DFL);
  send(kOfDestructor);
  thread_.join();
  close(interrupt_pipe.exchange(-1));
}

void Interrupts::listen(int pipe) {
  char what = 0;
  while (what != kOfDestructor) {
    const ssize_t got = read(pipe, &what, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    if (what != kOfSignal) continue;
    came_ = true;
    wake_();
  }
  close(pipe);
}

}  // namespace heaptally::view
