// Threads that allocate and free at random, and know what is live of each line at each mark.
//
// "round N" is set while all threads wait, so the books of all of them must be right. "worker-T N"
// is set by one thread while the others go on, so its own must be. Prints MARK|THREAD|LINE|BYTES|
// COUNT, with THREAD empty for all. `leaks`: prints instead what was allocated after each round's
// mark and never freed. `between`: what was allocated after one round's mark and not freed by
// another's, MARK>MARK; a child process then allocates, too, and ends with blocks that it holds.
// `quiet`: prints nothing, and the marks are all there is to see.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "heaptally/heaptally.h"

namespace {

constexpr int kThreads = 4;
constexpr int kLines = 3;
constexpr int kRounds = 12;
constexpr int kOwnMarksEvery = 4;  // rounds
constexpr int kSlots = 200;
constexpr int kSteps = 2000;
constexpr int kChildLine = kLines;  // in `between`
constexpr int kChildBlocks = 10, kFreedByChild = 4;
constexpr int kChildStarts = 3, kChildFrees = 5, kChildEnds = 8;  // after the marks of these rounds

struct Amount {
  long bytes = 0, count = 0;
};
using Book = std::array<Amount, kLines>;

struct Block {
  void* data = nullptr;
  std::size_t size = 0;
  int line = 0;
  int round = 0;  // in which it was allocated
};

struct Worker {
  int number = 0;
  std::uint32_t random = 0;
  Block blocks[kSlots];
  Book live;
  Book at_own_mark[kRounds];
  Book at_round[kRounds];

  std::uint32_t next() { return (random = random * 1664525 + 1013904223) >> 8; }
};

Worker g_workers[kThreads];
pthread_barrier_t g_barrier;
Amount g_live_at[kRounds][kRounds][kLines + 1];  // a mark, of the blocks of each round

// The compiler must not know what becomes of a block, or it would drop the pair.
void* used(void* block) {
  asm volatile("" : "+r"(block) : : "memory");
  if (block == nullptr) abort();
  return block;
}

void allocate(Worker& worker, Block& block, int round) {
  block.round = round;
  block.size = 1 + worker.next() % 5000;
  block.line = static_cast<int>(worker.next() % kLines);
  switch (block.line) {
    case 0:
      block.data = used(std::malloc(block.size));  // line_0
      break;
    case 1:
      block.data = used(new char[block.size]);  // line_1
      break;
    default:
      block.data = used(std::realloc(nullptr, block.size));  // line_2
      break;
  }
  Amount& live = worker.live[static_cast<std::size_t>(block.line)];
  live.bytes += static_cast<long>(block.size);
  ++live.count;
}

void release(Worker& worker, Block& block) {
  Amount& live = worker.live[static_cast<std::size_t>(block.line)];
  live.bytes -= static_cast<long>(block.size);
  --live.count;
  if (block.line == 1) {
    delete[] static_cast<char*>(block.data);
  } else {
    std::free(block.data);
  }
  block.data = nullptr;
}

void name_own_mark(char (&name)[32], int worker, int round) {
  std::snprintf(name, sizeof(name), "worker-%d %d", worker, round);
}

void work(Worker& worker, int round) {
  for (int step = 0; step < kSteps; ++step) {
    Block& block = worker.blocks[worker.next() % kSlots];
    if (block.data != nullptr) {
      release(worker, block);
    } else {
      allocate(worker, block, round);
    }
    if (step != kSteps / 2 || round % kOwnMarksEvery != 0) continue;
    char name[32];
    name_own_mark(name, worker.number, round);
    heaptally_mark(name);
    worker.at_own_mark[round] = worker.live;
  }
}

void* run(void* argument) {
  Worker& worker = *static_cast<Worker*>(argument);
  char name[16];
  std::snprintf(name, sizeof(name), "worker-%d", worker.number);
  pthread_setname_np(pthread_self(), name);
  for (int round = 0; round < kRounds; ++round) {
    work(worker, round);
    pthread_barrier_wait(&g_barrier);
    pthread_barrier_wait(&g_barrier);
  }
  return nullptr;
}

// The child of `between`: does its next step whenever it is told to, and says so.
class Child {
 public:
  void step(int round) {
    if (round == kChildStarts) start();
    if (round == kChildFrees) tell();
    if (round == kChildEnds) {
      tell();
      waitpid(pid_, nullptr, 0);
    }
  }
  static std::size_t size_of(int i) { return 1000 + static_cast<std::size_t>(i); }

 private:
  void start() {
    if (pipe(to_) != 0 || pipe(from_) != 0) abort();
    pid_ = fork();
    if (pid_ == 0) run();
    listen();
  }
  void tell() {
    char byte = 0;
    if (write(to_[1], &byte, 1) != 1) abort();
    listen();
  }
  void listen() {
    char byte = 0;
    if (read(from_[0], &byte, 1) != 1) abort();
  }
  [[noreturn]] void run() {
    void* blocks[kChildBlocks];
    char byte = 0;
    // Its parent's, and so nobody's loss here.
    std::free(g_workers[0].blocks[0].line == 1 ? nullptr : g_workers[0].blocks[0].data);
    for (int i = 0; i < kChildBlocks; ++i) blocks[i] = used(std::malloc(size_of(i)));  // line_3
    if (write(from_[1], &byte, 1) != 1 || read(to_[0], &byte, 1) != 1) _exit(1);
    for (int i = 0; i < kFreedByChild; ++i) std::free(blocks[i]);
    if (write(from_[1], &byte, 1) != 1 || read(to_[0], &byte, 1) != 1) _exit(1);
    if (write(from_[1], &byte, 1) != 1) _exit(1);
    _exit(0);
  }

  pid_t pid_ = 0;
  int to_[2] = {}, from_[2] = {};
};

// Of the child's blocks it is known what it does.
void count_child(int mark) {
  for (int i = mark > kChildFrees ? kFreedByChild : 0; i < kChildBlocks && mark > kChildStarts;
       ++i) {
    Amount& amount = g_live_at[mark][kChildStarts + 1][kChildLine];
    amount.bytes += static_cast<long>(Child::size_of(i));
    ++amount.count;
  }
}

void count_by_round(int mark) {
  for (const Worker& worker : g_workers) {
    for (const Block& block : worker.blocks) {
      if (block.data == nullptr) continue;
      Amount& amount = g_live_at[mark][block.round][block.line];
      amount.bytes += static_cast<long>(block.size);
      ++amount.count;
    }
  }
  count_child(mark);
}

// While all wait: blocks of theirs are freed by another thread, and the mark is set.
void end_round(int round) {
  for (Worker& worker : g_workers) {
    for (int i = round % 7; i < kSlots; i += 7) {
      if (worker.blocks[i].data != nullptr) release(worker, worker.blocks[i]);
    }
  }
  char name[32];
  std::snprintf(name, sizeof(name), "round %d", round);
  heaptally_mark(name);
  for (Worker& worker : g_workers) worker.at_round[round] = worker.live;
  count_by_round(round);
}

void print(const char* mark, const char* thread, const Book& book) {
  for (int line = 0; line < kLines; ++line) {
    const Amount& amount = book[static_cast<std::size_t>(line)];
    std::printf("%s|%s|line_%d|%ld|%ld\n", mark, thread, line, amount.bytes, amount.count);
  }
}

void print_books() {
  char mark[32], thread[16];
  for (int round = 0; round < kRounds; ++round) {
    Book all;
    for (const Worker& worker : g_workers) {
      for (std::size_t line = 0; line < kLines; ++line) {
        all[line].bytes += worker.at_round[round][line].bytes;
        all[line].count += worker.at_round[round][line].count;
      }
      if (round % kOwnMarksEvery != 0) continue;
      name_own_mark(mark, worker.number, round);
      std::snprintf(thread, sizeof(thread), "worker-%d", worker.number);
      print(mark, thread, worker.at_own_mark[round]);
    }
    std::snprintf(mark, sizeof(mark), "round %d", round);
    print(mark, "", all);
  }
}

void print_leaks() {
  for (int round = 0; round < kRounds; ++round) {
    Book leaked;
    for (const Worker& worker : g_workers) {
      for (const Block& block : worker.blocks) {
        if (block.data == nullptr || block.round <= round) continue;
        Amount& amount = leaked[static_cast<std::size_t>(block.line)];
        amount.bytes += static_cast<long>(block.size);
        ++amount.count;
      }
    }
    char mark[32];
    std::snprintf(mark, sizeof(mark), "round %d", round);
    print(mark, "", leaked);
  }
}

// From the mark of `from`, or from the start, to that of `to`.
void print_between(int from, int to) {
  char first[16] = "start";
  if (from >= 0) std::snprintf(first, sizeof(first), "round %d", from);
  for (int line = 0; line <= kChildLine; ++line) {
    Amount sum;
    for (int round = from + 1; round <= to; ++round) {
      sum.bytes += g_live_at[to][round][line].bytes;
      sum.count += g_live_at[to][round][line].count;
    }
    std::printf("%s>round %d||line_%d|%ld|%ld\n", first, to, line, sum.bytes, sum.count);
  }
}

}  // namespace

int main(int argc, char** argv) {
  // Else what is printed is a leak too.
  static char buffer[BUFSIZ];
  std::setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
  pthread_barrier_init(&g_barrier, nullptr, kThreads + 1);
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) {
    g_workers[i].number = i;
    g_workers[i].random = static_cast<std::uint32_t>(i + 1) * 7919;
    const int problem = pthread_create(&threads[i], nullptr, run, &g_workers[i]);  // creates
    if (problem != 0) return 3;
  }
  const char* const what = argc > 1 ? argv[1] : "";
  const bool between = std::strcmp(what, "between") == 0;
  Child child;
  for (int round = 0; round < kRounds; ++round) {
    pthread_barrier_wait(&g_barrier);
    end_round(round);
    if (between) child.step(round);
    pthread_barrier_wait(&g_barrier);
  }
  for (pthread_t thread : threads) pthread_join(thread, nullptr);
  if (between) {
    for (int from = -1; from < kRounds; ++from) {
      for (int to = from < 0 ? 0 : from; to < kRounds; ++to) print_between(from, to);
    }
  } else if (std::strcmp(what, "leaks") == 0) {
    print_leaks();
  } else if (std::strcmp(what, "quiet") != 0) {
    print_books();
  }
  return 0;
}
