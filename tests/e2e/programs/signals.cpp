// Says that it is ready, waits for a signal and then for another moment, and prints how many
// of each came. Allocates before and after.
//
//   signals [MILLISECONDS]: how long that moment is
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>

namespace {

volatile std::sig_atomic_t g_interrupts = 0, g_terminations = 0, g_hangups = 0;

void handle(int signal) {
  if (signal == SIGINT) g_interrupts = g_interrupts + 1;
  if (signal == SIGTERM) g_terminations = g_terminations + 1;
  if (signal == SIGHUP) g_hangups = g_hangups + 1;
}

void allocate() {
  for (int i = 0; i < 1000; ++i) {
    void* block = std::malloc(48);  // allocates
    asm volatile("" : "+r"(block));
    std::free(block);
  }
}

void sleep_for(long milliseconds) {
  timespec left = {milliseconds / 1000, milliseconds % 1000 * 1'000'000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t signals, before;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    std::signal(signal, handle);
    sigaddset(&signals, signal);
  }
  sigprocmask(SIG_BLOCK, &signals, &before);
  allocate();
  std::printf("ready %d\n", getpid());
  std::fflush(stdout);
  while (g_interrupts + g_terminations + g_hangups == 0) sigsuspend(&before);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  sleep_for(argc > 1 ? std::atol(argv[1]) : 300);
  allocate();
  std::printf("interrupts=%d terminations=%d hangups=%d\n", static_cast<int>(g_interrupts),
              static_cast<int>(g_terminations), static_cast<int>(g_hangups));
  return 5;
}
