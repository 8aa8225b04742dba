// Processes that keep books, in a file that they share, on what each of their images allocates,
// frees and holds. Static memory only, and no part of libstdc++, so the books are complete.
//
//   family fork|raw BOOKS   children that end in several ways, by fork() or the bare system call
//   family nested BOOKS     each child forks the next
//   family peak BOOKS       children that allocate in turns, as they are told through pipes
//   family exec BOOKS N     executes itself N times
//   family spawn BOOKS      starts leaves by vfork, posix_spawn, fork and system
//   family leave BOOKS      starts a leaf by posix_spawn and ends at once
//   family leaf BOOKS N     N blocks of N bytes, and exit status N
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern char** environ;

namespace {

constexpr std::uint32_t kMostEntries = 64;
constexpr std::size_t kMegabyte = 1'000'000;

// Of one process image; read by test_families.py.
struct Entry {
  std::uint64_t pid, total_bytes, total_count, live_bytes, live_count, peak_bytes, peak_count;
  std::uint64_t inherited;  // frees of blocks from before its fork
};

struct Books {
  std::atomic<std::uint64_t> count;
  Entry entries[kMostEntries];
};

struct Block {
  void* data;
  std::size_t size;
  const Entry* owner;
};

const char* g_program;
const char* g_path;
Books* g_books;
Entry* g_own;

void require(bool condition) {
  if (!condition) _exit(99);
}

void open_books() {
  const int fd = open(g_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  require(fd >= 0 && ftruncate(fd, sizeof(Books)) == 0);
  void* memory = mmap(nullptr, sizeof(Books), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  require(memory != MAP_FAILED);
  close(fd);
  g_books = static_cast<Books*>(memory);
}

void begin_entry() {
  const std::uint64_t index = g_books->count.fetch_add(1);
  require(index < kMostEntries);
  g_own = &g_books->entries[index];
  g_own->pid = static_cast<std::uint64_t>(getpid());
}

Block entered(void* data, std::size_t size) {
  asm volatile("" : "+r"(data) : : "memory");
  require(data != nullptr);
  Entry& own = *g_own;
  own.total_bytes += size;
  ++own.total_count;
  own.live_bytes += size;
  ++own.live_count;
  if (own.live_bytes > own.peak_bytes) {
    own.peak_bytes = own.live_bytes;
    own.peak_count = own.live_count;
  }
  return {data, size, g_own};
}

void leaves(const Block& block) {
  if (block.owner != g_own) {
    ++g_own->inherited;
    return;
  }
  g_own->live_bytes -= block.size;
  --g_own->live_count;
}

Block allocate(std::size_t size) { return entered(std::malloc(size), size); }

void release(const Block& block) {
  leaves(block);
  std::free(block.data);
}

Block resize(const Block& block, std::size_t size) {
  leaves(block);
  return entered(std::realloc(block.data, size), size);
}

// An empty entry before each thing that could go wrong is none: who forks says so at once.
pid_t fork_by(bool raw) {
  const auto pid = raw ? static_cast<pid_t>(syscall(SYS_fork)) : fork();
  require(pid >= 0);
  if (pid == 0) begin_entry();
  return pid;
}

// Each of the ways to learn of a child's end.
void wait_for(pid_t pid, int way) {
  int status = 0;
  rusage usage;
  siginfo_t info;
  switch (way) {
    case 0:
      return require(wait(&status) == pid);
    case 1:
      return require(waitpid(pid, nullptr, 0) == pid);
    case 2:
      return require(wait3(&status, 0, &usage) == pid);
    case 3:
      return require(wait4(pid, nullptr, 0, nullptr) == pid);
    default:
      return require(waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) == 0);
  }
}

[[noreturn]] void end_by(int way, int status) {
  if (way == 0) exit(status);
  if (way == 1) _exit(status);
  raise(way == 2 ? SIGKILL : SIGTERM);
  _exit(99);
}

void run_forks(bool raw) {
  constexpr int kInherited = 100;
  Block inherited[kInherited];
  for (Block& block : inherited) block = allocate(1000);
  for (int i = 0; i < 10; ++i) {
    const pid_t pid = fork_by(raw);
    if (pid != 0) {
      wait_for(pid, i % 5);
      continue;
    }
    for (int k = 0; k < i; ++k) release(inherited[k]);
    const Block resized = resize(inherited[50], 5000 + static_cast<std::size_t>(i));
    Block own[50];
    for (int k = 0; k < 20 + i; ++k) own[k] = allocate(10 * static_cast<std::size_t>(i + 1));
    for (int k = 0; k < 20 + i; k += 2) release(own[k]);
    if (i % 2 == 0) release(resize(resized, 20));
    end_by(i % 4, i);
  }
  for (const Block& block : inherited) release(block);
}

void run_nested(int depth) {
  Block blocks[10];
  for (Block& block : blocks) block = allocate(64 * static_cast<std::size_t>(depth + 1));
  if (depth == 0) return;
  const pid_t pid = fork_by(depth % 2 == 0);
  if (pid == 0) {
    for (const Block& block : blocks) release(block);
    run_nested(depth - 1);
    _exit(depth);
  }
  for (int k = 0; k < depth; ++k) release(blocks[k]);
  require(waitpid(pid, nullptr, 0) == pid);
}

struct Child {
  pid_t pid;
  int orders;   // to it
  int answers;  // from it
};

// Allocates or frees (below 0) as many megabytes, a block each, as it is told.
[[noreturn]] void obey(int orders, int answers) {
  require(write(answers, "", 1) == 1);  // it is in the books
  Block blocks[16];
  int count = 0;
  for (signed char order = 0; read(orders, &order, 1) == 1;) {
    for (; order > 0; --order) blocks[count++] = allocate(kMegabyte);
    for (; order < 0; ++order) release(blocks[--count]);
    require(write(answers, "", 1) == 1);
  }
  _exit(0);
}

Child start_child() {
  int orders[2], answers[2];
  require(pipe2(orders, O_CLOEXEC) == 0 && pipe2(answers, O_CLOEXEC) == 0);
  const pid_t pid = fork_by(false);
  if (pid == 0) {
    close(orders[1]);
    obey(orders[0], answers[1]);
  }
  close(orders[0]);
  close(answers[1]);
  char answer;
  require(read(answers[0], &answer, 1) == 1);
  return {pid, orders[1], answers[0]};
}

void tell(const Child& child, int order) {
  const auto byte = static_cast<signed char>(order);
  char answer;
  require(write(child.orders, &byte, 1) == 1 && read(child.answers, &answer, 1) == 1);
}

void end_child(const Child& child) {
  close(child.orders);
  require(waitpid(child.pid, nullptr, 0) == child.pid);
}

void run_peak() {
  const Block own = allocate(kMegabyte);
  // The last first: a child that was forked later would keep the pipes of one before open.
  const Child c = start_child(), b = start_child(), a = start_child();
  tell(a, 5);
  tell(b, 3);  // the peak of all: 1 + 5 + 3
  tell(a, -4);
  tell(b, 1);  // b's own
  tell(c, 2);
  const Block more = allocate(kMegabyte / 2);  // its own
  release(more);
  end_child(a);
  tell(c, -1);
  end_child(b);
  end_child(c);
  release(own);
}

// N, as the arguments of an image.
struct Arguments {
  char text[16];
  char* list[5];

  Arguments(const char* mode, int number) {
    std::snprintf(text, sizeof(text), "%d", number);
    list[0] = const_cast<char*>(g_program);
    list[1] = const_cast<char*>(mode);
    list[2] = const_cast<char*>(g_path);
    list[3] = text;
    list[4] = nullptr;
  }
};

[[noreturn]] void run_exec(int left) {
  for (int k = 0; k <= left; ++k) allocate(100 * static_cast<std::size_t>(left + 1));
  release(allocate(7));
  if (left == 0) exit(42);
  const Arguments next("exec", left - 1);
  switch (left % 6) {
    case 0:
      execv(g_program, next.list);
      break;
    case 1:
      execve(g_program, next.list, environ);
      break;
    case 2:
      execvp(g_program, next.list);
      break;
    case 3:
      execl(g_program, g_program, "exec", g_path, next.text, nullptr);
      break;
    case 4:
      execle(g_program, g_program, "exec", g_path, next.text, nullptr, environ);
      break;
    default:
      fexecve(open(g_program, O_RDONLY | O_CLOEXEC), next.list, environ);
  }
  _exit(98);
}

void run_leaf(int number) {
  for (int k = 0; k < number; ++k) allocate(static_cast<std::size_t>(number));
  exit(number);
}

void run_leave() {
  const Arguments leaf("leaf", 8);
  pid_t pid = 0;
  require(posix_spawn(&pid, g_program, nullptr, nullptr, leaf.list, environ) == 0);
  _exit(0);
}

void run_spawn() {
  allocate(10);
  const Arguments first("leaf", 3), second("leaf", 4), third("leaf", 5);
  pid_t pid = vfork();
  if (pid == 0) {
    allocate(1000);  // in the parent's memory: it is the parent's
    execv(g_program, first.list);
    _exit(98);
  }
  require(waitpid(pid, nullptr, 0) == pid);
  pid = vfork();
  if (pid == 0) {
    execv("/nonexistent", first.list);
    allocate(2000);
    _exit(127);
  }
  require(waitpid(pid, nullptr, 0) == pid);
  require(posix_spawn(&pid, g_program, nullptr, nullptr, second.list, environ) == 0);
  require(waitpid(pid, nullptr, 0) == pid);
  require(posix_spawnp(&pid, g_program, nullptr, nullptr, third.list, environ) == 0);
  require(waitpid(pid, nullptr, 0) == pid);
  pid = fork_by(false);
  if (pid == 0) {
    const Arguments sixth("leaf", 6);
    allocate(20);
    execv(g_program, sixth.list);
    _exit(98);
  }
  require(waitpid(pid, nullptr, 0) == pid);
  char command[4096];
  std::snprintf(command, sizeof(command), "exec '%s' leaf '%s' 7", g_program, g_path);
  require(WEXITSTATUS(system(command)) == 7);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const char* mode = argv[1];
  const int number = argc > 3 ? std::atoi(argv[3]) : 0;
  g_program = argv[0];
  g_path = argv[2];
  open_books();
  begin_entry();
  if (std::strcmp(mode, "fork") == 0)
    run_forks(false);
  else if (std::strcmp(mode, "raw") == 0)
    run_forks(true);
  else if (std::strcmp(mode, "nested") == 0)
    run_nested(6);
  else if (std::strcmp(mode, "peak") == 0)
    run_peak();
  else if (std::strcmp(mode, "exec") == 0)
    run_exec(number);
  else if (std::strcmp(mode, "spawn") == 0)
    run_spawn();
  else if (std::strcmp(mode, "leave") == 0)
    run_leave();
  else if (std::strcmp(mode, "leaf") == 0)
    run_leaf(number);
  else
    return 2;
  return 0;
}
