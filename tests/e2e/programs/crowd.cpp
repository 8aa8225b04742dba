// Many processes, which together count what they do. Prints the sums, a key=number a line.
//
//   crowd threads STACK       40 children that start threads (with stacks of so many bytes, 0: the
//                             least there may be) while threads of the parent allocate
//   crowd burst ROUNDS COUNT  so many forks in flight at a time
//   crowd profiled FORKS      a handler of SIGPROF that allocates, at 1 kHz, while it forks
//   crowd killed ROUNDS SEED  processes that fork are killed in the midst of it
//   crowd daemon FILE         its parent, and theirs, end at once
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

// In shared memory: each counts after its call has returned.
struct Sums {
  std::atomic<std::uint64_t> processes, allocated, freed, handled, killed;
};
Sums* g_sums;

void require(bool condition, const char* what) {
  if (condition) return;
  dprintf(STDERR_FILENO, "crowd: %s\n", what);
  _exit(99);
}

void* allocate(std::size_t size) {
  void* block = std::malloc(size);  // allocates
  asm volatile("" : "+r"(block) : : "memory");
  g_sums->allocated.fetch_add(1);
  return block;
}

void release(void* block) {
  std::free(block);
  g_sums->freed.fetch_add(1);
}

void sleep_for(long microseconds) {
  const timespec time = {microseconds / 1'000'000, microseconds % 1'000'000 * 1000};
  nanosleep(&time, nullptr);
}

// `count` blocks, every other one freed.
void allocate_some(int count) {
  for (int i = 0; i < count; ++i) {
    void* block = allocate(16 + static_cast<std::size_t>(i));
    if (i % 2 == 0) release(block);
  }
}

pid_t fork_one() {
  const pid_t pid = fork();
  require(pid >= 0, "cannot fork");
  if (pid == 0) g_sums->processes.fetch_add(1);
  return pid;
}

void wait_for_all() {
  int status = 0;
  for (pid_t pid = wait(&status); pid > 0; pid = wait(&status))
    require(status == 0, "a child failed");
}

std::atomic<bool> g_done{false};

void* run_until_done(void*) {
  while (!g_done.load()) {
    void* block = allocate(100);
    sched_yield();
    release(block);
  }
  return nullptr;
}

void* run_thread(void*) {
  allocate_some(50);
  return nullptr;
}

void start_threads(std::size_t stack) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  require(pthread_attr_setstacksize(&attributes, stack) == 0, "size of a stack");
  pthread_t threads[3];
  for (pthread_t& thread : threads) {
    require(pthread_create(&thread, &attributes, run_thread, nullptr) == 0, "pthread_create");
  }
  allocate_some(20);
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
}

void run_threads(std::size_t stack) {
  if (stack == 0) stack = static_cast<std::size_t>(PTHREAD_STACK_MIN);
  pthread_t busy[2];
  for (pthread_t& thread : busy) pthread_create(&thread, nullptr, run_until_done, nullptr);
  for (int i = 0; i < 40; ++i) {
    if (fork_one() != 0) continue;
    start_threads(stack);
    i % 2 == 0 ? exit(0) : _exit(0);
  }
  wait_for_all();
  g_done.store(true);
  for (const pthread_t thread : busy) pthread_join(thread, nullptr);
}

void run_burst(int rounds, int count) {
  for (int round = 0; round < rounds; ++round) {
    int gate[2];
    require(pipe(gate) == 0, "pipe");
    for (int i = 0; i < count; ++i) {
      if (fork_one() != 0) continue;
      close(gate[1]);
      allocate_some(4);
      char byte;
      require(read(gate[0], &byte, 1) == 0, "read");
      allocate_some(2);
      _exit(0);
    }
    close(gate[0]);
    close(gate[1]);
    wait_for_all();
  }
}

// Blocks of a size that nothing else here has, and one in the allocator's cache for the thread:
// such a pair touches nothing that the code which was interrupted may be in the midst of.
constexpr std::size_t kHandlersSize = 1000;

volatile sig_atomic_t g_handled = 0;  // in this process

void handle(int) {
  void* block = std::malloc(kHandlersSize);  // handles
  asm volatile("" : "+r"(block) : : "memory");
  std::free(block);
  g_sums->handled.fetch_add(1);
  g_handled = g_handled + 1;
}

timer_t start_profiling() {
  void* block = std::malloc(kHandlersSize);  // fills
  asm volatile("" : "+r"(block) : : "memory");
  std::free(block);
  struct sigaction action = {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigaction(SIGPROF, &action, nullptr);
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGPROF;
  timer_t timer;
  require(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "timer_create");
  const itimerspec every = {{0, 1'000'000}, {0, 1'000'000}};
  timer_settime(timer, 0, &every, nullptr);
  return timer;
}

// Until the handler has come a few times.
void work_profiled() {
  for (const int enough = g_handled + 5; g_handled < enough;) allocate_some(200);
}

void run_profiled(int forks) {
  const timer_t timer = start_profiling();
  for (int i = 0; i < forks; ++i) {
    if (fork_one() == 0) {
      const timer_t own = start_profiling();
      work_profiled();
      timer_delete(own);
      _exit(0);
    }
    work_profiled();
    if (i % 4 == 3) wait_for_all();
  }
  wait_for_all();
  timer_delete(timer);
}

[[noreturn]] void fork_on_and_on() {
  setpgid(0, 0);
  while (true) {
    if (fork_one() == 0) {
      allocate_some(10);
      _exit(0);
    }
    allocate_some(3);
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

void run_killed(int rounds, unsigned seed) {
  for (int round = 0; round < rounds; ++round) {
    const pid_t pid = fork_one();
    if (pid == 0) fork_on_and_on();
    setpgid(pid, pid);
    sleep_for(rand_r(&seed) % 3000);
    // It alone, so that its children go on, or all of them.
    kill(round % 2 == 0 ? pid : -pid, SIGKILL);
    int status = 0;
    require(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status), "it was killed");
    g_sums->killed.fetch_add(1);
  }
}

void run_daemon(const char* file) {
  if (fork_one() != 0) _exit(0);
  setsid();
  if (fork_one() != 0) _exit(0);
  allocate_some(100);
  sleep_for(20'000);
  allocate_some(100);
  const int fd = open(file, O_WRONLY | O_CREAT, 0600);
  require(fd >= 0, "open");
  dprintf(fd, "%d", getpid());
  _exit(7);
}

void print(const char* key, const std::atomic<std::uint64_t>& sum) {
  std::printf("%s=%llu\n", key, static_cast<unsigned long long>(sum.load()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  void* memory =
      mmap(nullptr, sizeof(Sums), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  require(memory != MAP_FAILED, "mmap");
  g_sums = static_cast<Sums*>(memory);
  g_sums->processes.store(1);
  const std::string_view mode = argv[1];
  const int first = std::atoi(argv[2]);
  const int second = argc > 3 ? std::atoi(argv[3]) : 0;
  if (mode == "threads")
    run_threads(static_cast<std::size_t>(first));
  else if (mode == "burst")
    run_burst(first, second);
  else if (mode == "profiled")
    run_profiled(first);
  else if (mode == "killed")
    run_killed(first, static_cast<unsigned>(second));
  else if (mode == "daemon")
    run_daemon(argv[2]);
  else
    return 2;
  print("processes", g_sums->processes);
  print("allocated", g_sums->allocated);
  print("freed", g_sums->freed);
  print("handled", g_sums->handled);
  print("killed", g_sums->killed);
  return 0;
}
