// Ends in one of several ways, and frees nearly all it has on the way out. Arguments: the way, then
// any others, whose number and environment it prints. Each line that allocates is marked.
#include <pthread.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <sys/wait.h>

extern char** environ;

namespace {

void* volatile g_of_handler;

struct Owner {
  char* block = nullptr;
  ~Owner() { std::free(block); }
};
Owner g_owner;
thread_local Owner t_owner;

void give_back() { std::free(g_of_handler); }

[[noreturn]] void leave(std::string_view way) {
  if (way == "exit") std::exit(3);
  if (way == "_exit") _exit(4);
  if (way == "quick_exit") std::quick_exit(5);
  if (way == "abort") std::abort();
  if (way == "throw") throw std::runtime_error("not caught");
  if (way == "thread") {
    std::thread([] { std::exit(6); }).join();
  }
  if (way == "pthread_exit") {
    std::thread([] { usleep(50000); }).detach();
    pthread_exit(nullptr);
  }
  std::_Exit(7);
}

}  // namespace

int main(int count, char** arguments, char** environment) {
  static char buffer[4096];
  std::setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
  const std::string_view way = count > 1 ? arguments[1] : "";
  g_owner.block = static_cast<char*>(std::malloc(1000));  // global
  t_owner.block = static_cast<char*>(std::malloc(200));   // thread-local
  g_of_handler = std::malloc(30);                         // handler
  std::atexit(give_back);
  std::printf("%d %s %d %d\n", count, arguments[count - 1], environment == environ,
              std::getenv("HOME") != nullptr);
  std::fflush(stdout);
  if (way == "fork") {
    if (fork() == 0) std::exit(8);
    wait(nullptr);
    return 9;
  }
  if (way == "return") return 2;
  leave(way);
}
