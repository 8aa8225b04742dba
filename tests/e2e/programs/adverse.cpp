// Makes its own surroundings adverse, then allocates, in the first process and in one that it
// forks: what the shim has of them must do.
//
//   adverse HOW [FOLDER]
//     closed        closes every descriptor from 3 on, in the child again
//     chroot        changes its root to FOLDER
//     other_user    becomes nobody, if it is root
//     descriptors   opens files until no descriptor is left
//     locked        locks all its memory, now and later; prints how much that is
//     waiting       says "ready" and waits for its stdin to end first
#include <fcntl.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

constexpr int kBlocks = 1000;  // in each of: the process, a thread of it, its child
constexpr std::size_t kNobody = 65534;

[[noreturn]] void fail(const char* what) {
  dprintf(STDERR_FILENO, "adverse: %s: %s\n", what, std::strerror(errno));
  _exit(99);
}

void close_all() {
  for (int fd = 3; fd < 1024; ++fd) close(fd);
}

void allocate() {
  for (int i = 0; i < kBlocks; ++i) {
    void* block = std::malloc(24);  // allocates
    asm volatile("" : "+r"(block));
    if (block == nullptr) fail("malloc");
    if (i % 2 == 0) std::free(block);
  }
}

void lock_all() {
  if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) fail("mlockall");
  char text[4096] = {};
  const int fd = open("/proc/self/status", O_RDONLY);
  if (read(fd, text, sizeof(text) - 1) <= 0) fail("/proc/self/status");
  close(fd);
  const char* line = std::strstr(text, "VmLck:");
  dprintf(STDOUT_FILENO, "locked_kilobytes=%d\n", line == nullptr ? -1 : std::atoi(line + 6));
  void* large = std::malloc(4 << 20);
  if (large == nullptr) fail("a large block");
  std::memset(large, 1, 4 << 20);
  std::free(large);
}

void become_nobody() {
  if (geteuid() != 0) return;
  if (setgroups(0, nullptr) != 0 || setgid(kNobody) != 0 || setuid(kNobody) != 0) fail("setuid");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const char* how = argv[1];
  const auto is = [how](const char* name) { return std::strcmp(how, name) == 0; };
  if (is("closed")) close_all();
  if (is("chroot") && (argc < 3 || chroot(argv[2]) != 0 || chdir("/") != 0)) fail("chroot");
  if (is("other_user")) become_nobody();
  if (is("locked")) lock_all();
  if (is("waiting")) {
    dprintf(STDOUT_FILENO, "ready\n");
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
  }
  while (is("descriptors") && open("/dev/null", O_RDONLY) >= 0) {
  }
  allocate();
  std::thread(allocate).join();
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    if (is("closed")) close_all();
    allocate();
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) return 8;
  return 7;
}
