// Allocates, reallocs and frees as fast as it can, in threads of several processes, and keeps
// its own books: each process appends one line to a file when it is done. So nothing that it
// has to tell passes through whoever started it, who may be dead by then.
//
//   churner FILE PROCESSES THREADS MILLISECONDS [BETWEEN_US] [PROGRAM [ARGUMENT...]]
//
// THREADS 0: short threads, one after the other. The first process forks the others, churns too,
// waits for them and appends "done". BETWEEN_US is a pause after each round; each process but the
// first executes PROGRAM at its end. Status: 7, or 8 if one of the others did not end with 0.
#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr std::size_t kMaxThreads = 16;
constexpr std::uint64_t kShortThread = 20'000;  // rounds
constexpr std::int64_t kPause = 100'000'000;    // ns; a round that takes longer was held up

struct Books {
  std::uint64_t rounds = 0;
  std::int64_t longest = 0;  // ns, of a round
  std::int64_t held_up = 0;  // ns, by all rounds that were
};

std::int64_t g_milliseconds;
useconds_t g_between;

std::int64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

void work(Books& books, std::int64_t end, std::uint64_t most = UINT64_MAX) {
  for (std::int64_t begin = now(); begin < end && books.rounds < most;) {
    void* block = std::malloc(40);  // allocates
    asm volatile("" : "+r"(block));
    block = std::realloc(block, 80);  // reallocates
    asm volatile("" : "+r"(block));
    std::free(block);
    ++books.rounds;
    const std::int64_t after = now();
    books.longest = std::max(books.longest, after - begin);
    if (after - begin > kPause) books.held_up += after - begin;
    if (g_between != 0) usleep(g_between);
    begin = now();
  }
}

void* run_thread(void* argument) {
  work(*static_cast<Books*>(argument), now() + g_milliseconds * 1'000'000);
  return nullptr;
}

void* run_short_thread(void* argument) {
  work(*static_cast<Books*>(argument), INT64_MAX, kShortThread);
  return nullptr;
}

Books run_short_threads() {
  const std::int64_t end = now() + g_milliseconds * 1'000'000;
  Books all;
  while (now() < end) {
    Books books;
    pthread_t thread;
    if (pthread_create(&thread, nullptr, run_short_thread, &books) != 0) _exit(4);
    pthread_join(thread, nullptr);
    all.rounds += books.rounds;
    all.longest = std::max(all.longest, books.longest);
    all.held_up += books.held_up;
  }
  return all;
}

void append(const char* file, const char* text, int length) {
  const int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, text, static_cast<std::size_t>(length)) != length) _exit(3);
  close(fd);
}

Books run_threads(std::size_t threads) {
  static std::array<Books, kMaxThreads> books;
  books = {};
  std::array<pthread_t, kMaxThreads> others;
  for (std::size_t i = 1; i < threads; ++i) {
    if (pthread_create(&others[i], nullptr, run_thread, &books[i]) != 0) _exit(4);
  }
  run_thread(&books[0]);
  for (std::size_t i = 1; i < threads; ++i) pthread_join(others[i], nullptr);
  Books all;
  for (std::size_t i = 0; i < threads; ++i) {
    all.rounds += books[i].rounds;
    all.longest = std::max(all.longest, books[i].longest);
    all.held_up = std::max(all.held_up, books[i].held_up);
  }
  return all;
}

void churn(const char* file, std::size_t threads) {
  const Books all = threads == 0 ? run_short_threads() : run_threads(threads);
  char line[200];
  append(file, line,
         std::snprintf(line, sizeof(line), "%d %llu %lld %lld\n", getpid(),
                       static_cast<unsigned long long>(all.rounds),
                       static_cast<long long>(all.longest), static_cast<long long>(all.held_up)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const int processes = std::atoi(argv[2]);
  const std::size_t threads = std::strtoul(argv[3], nullptr, 10);
  if (threads > kMaxThreads) return 2;
  g_milliseconds = std::atoll(argv[4]);
  if (argc > 5) g_between = static_cast<useconds_t>(std::atoi(argv[5]));
  for (int i = 1; i < processes; ++i) {
    const pid_t child = fork();
    if (child < 0) return 5;
    if (child > 0) continue;
    churn(argv[1], threads);
    if (argc > 6) execvp(argv[6], argv + 6);
    _exit(argc > 6 ? 6 : 0);
  }
  churn(argv[1], threads);
  int status = 0, result = 7;
  while (wait(&status) > 0) {
    if (status != 0) result = 8;
  }
  append(argv[1], "done\n", 5);
  return result;
}
