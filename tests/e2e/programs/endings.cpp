// Allocates as often as it is told, then ends as it is told.
//
//   endings COUNT HOW
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace {

void allocate(long count) {
  for (long i = 0; i < count; ++i) {
    void* block = std::malloc(24);  // allocates
    asm volatile("" : "+r"(block));
    if (i % 2 == 0) std::free(block);
  }
}

// Allocates in each of its frames until there is no stack left.
[[gnu::noinline]] int recurse(int depth) {
  void* block = std::malloc(8);  // recurses
  char frame[400];               // so that there are not too many
  asm volatile("" : "+r"(block) : "r"(frame) : "memory");
  const int below = recurse(depth + 1);
  asm volatile("" : : "r"(block), "r"(frame) : "memory");
  return below + 1;
}

long g_more = 0;
pthread_t g_main;

void* exit_from_thread(void*) {
  allocate(g_more);
  std::exit(7);
}

void* outlive_main(void*) {
  pthread_join(g_main, nullptr);
  allocate(g_more);
  return nullptr;
}

void start(void* (*function)(void*)) {
  pthread_t thread;
  g_main = pthread_self();
  if (pthread_create(&thread, nullptr, function, nullptr) != 0) std::abort();
}

void raise_by_default(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void end(std::string_view how) {
  if (how == "segv") {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
  } else if (how == "abort") {
    std::abort();
  } else if (how == "_exit") {
    _exit(3);
  } else if (how == "exit_group") {
    syscall(SYS_exit_group, 4);
  } else if (how == "quick_exit") {
    std::quick_exit(5);
  } else if (how == "exit") {
    std::exit(6);
  } else if (how == "thread_exit") {
    start(exit_from_thread);
    while (true) pause();
  } else if (how == "main_pthread_exit") {
    start(outlive_main);
    pthread_exit(nullptr);
  } else if (how == "throw") {
    throw 42;
  } else if (how == "overflow") {
    std::exit(recurse(0));
  } else if (how == "term") {
    raise_by_default(SIGTERM);
  } else if (how == "kill") {
    raise(SIGKILL);
  } else if (how == "in_handler") {
    std::signal(SIGUSR1, [](int) {
      allocate(g_more);
      _exit(8);
    });
    std::raise(SIGUSR1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  g_more = std::strtol(argv[1], nullptr, 10);
  allocate(g_more);
  end(argv[2]);
  return 9;
}
