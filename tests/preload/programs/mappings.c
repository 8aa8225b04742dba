/* What the functions that map memory return, and leave in errno, in success and in failure; and
   what maps in signal handlers, in vfork children, beside threads, and under a system call filter.
   Prints what it saw, which is to be the same alone and recorded. With `filter`, a system call
   that is not its own ends it. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "books.h"

#define PAGE ((size_t)4096)
#define BYTES (7 * PAGE)

static int g_line;

/* The result as far as it is the same each time, and errno. */
static void say(const char* what, long result) {
  dprintf(1, "%d %s %s %d\n", ++g_line, what, result == -1 ? "failed" : "went well", errno);
  errno = 77;
}

static void* map(void* at, size_t bytes, int flags) {
  return mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static void every_call(void) {
  errno = 77;
  char* a = map(NULL, BYTES, 0);
  say("mmap", (long)a);
  memset(a, 'a', BYTES);
  say("mmap of nothing", (long)map(NULL, 0, 0));
  say("mmap of too much", (long)map(NULL, (size_t)1 << 60, 0));
  say("mmap of more than there is", (long)map(NULL, ~(size_t)0, 0));
  say("mmap of no file", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0));
  say("mmap in half a page", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 7));
  say("mmap where something is", (long)map(a, PAGE, MAP_FIXED_NOREPLACE));
  say("mmap over it", (long)map(a + PAGE, PAGE, MAP_FIXED));
  say("munmap in half a page", munmap(a + 1, PAGE));
  say("munmap of nothing", munmap(a, 0));
  say("munmap of too much", munmap(a, ~(size_t)0 - PAGE));
  say("munmap of a part", munmap(a + 3 * PAGE, 1));
  /* Not of a gap that was just made: something else may lie there. */
  say("munmap of a gap", munmap((void*)(16 * PAGE), PAGE));
  REQUIRE(a[0] == 'a' && a[PAGE] == 0 && a[4 * PAGE] == 'a');

  char* b = mremap(a, PAGE, 20 * PAGE, MREMAP_MAYMOVE);
  say("mremap", (long)b);
  REQUIRE(b[0] == 'a' && b[PAGE] == 0);
  say("mremap to less", (long)mremap(b, 20 * PAGE, PAGE, 0));
  say("mremap of a gap", (long)mremap((void*)(16 * PAGE), PAGE, 2 * PAGE, MREMAP_MAYMOVE));
  say("mremap in half a page", (long)mremap(b + 1, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
  char* place = map(NULL, 4 * PAGE, 0);
  REQUIRE(mremap(b, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) == place);
  say("mremap to a place", 0);
  REQUIRE(place[0] == 'a' && place[PAGE] == 0);
  say("mremap into itself",
      (long)mremap(place, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place + PAGE));
#ifdef MREMAP_DONTUNMAP
  char* moved = mremap(place, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
  say("mremap that leaves it", (long)moved);
  if (moved != MAP_FAILED) REQUIRE(moved[0] == 'a' && place[0] == 0);
#endif
  char* shared = mmap64(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char* twice = mremap(shared, 0, PAGE, MREMAP_MAYMOVE);
  say("mremap of the same twice", (long)twice);
  shared[5] = 's';
  REQUIRE(twice[5] == 's');
}

static void every_break(void) {
  char* start = sbrk(0);
  say("sbrk of nothing", (long)start);
  REQUIRE(sbrk(1000) == start && sbrk(0) == start + 1000);
  say("sbrk", 0);
  memset(start, 'b', 1000);
  REQUIRE(sbrk(-300) == start + 1000 && start[699] == 'b');
  say("sbrk back", 0);
  say("brk", brk(start + 5000));
  REQUIRE(sbrk(0) == start + 5000);
  say("brk back", brk(start));
  say("sbrk of too much", (long)sbrk(INTPTR_MAX));
  say("sbrk of too little", (long)sbrk(INTPTR_MIN));
  say("brk of nowhere", brk((void*)-1));
  REQUIRE(sbrk(0) == start);
}

static void in_a_handler(int number) {
  const int saved = errno;
  void* mapped = map(NULL, BYTES, 0);
  if (mapped == MAP_FAILED || munmap(mapped, BYTES) != 0) _exit(5);
  errno = saved + 0 * number;
}

static void* in_a_thread(void* unused) {
  for (int i = 0; i < 3000; ++i) {
    void* mapped = map(NULL, BYTES, 0);
    REQUIRE(mapped != MAP_FAILED);
    void* block = malloc(100);
    REQUIRE(munmap(mapped, BYTES) == 0);
    free(block);
  }
  return unused;
}

/* Handlers that interrupt hooks, in two threads that are given each other's addresses. */
static void at_once(void) {
  struct sigaction action = {0};
  action.sa_handler = in_a_handler;
  REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) REQUIRE(pthread_create(&threads[i], NULL, in_a_thread, NULL) == 0);
  for (int i = 0; i < 2000; ++i) REQUIRE(pthread_kill(threads[i % 2], SIGUSR1) == 0);
  for (int i = 0; i < 2; ++i) REQUIRE(pthread_join(threads[i], NULL) == 0);
}

static void in_a_vfork_child(void) {
  static void* volatile mapped;
  const pid_t child = vfork();
  if (child == 0) {
    mapped = map(NULL, BYTES, 0);
    _exit(mapped == MAP_FAILED);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child && status == 0);
  REQUIRE(munmap(mapped, BYTES) == 0); /* the memory is one */
}

/* mmap and munmap of so many bytes, and what it takes to say so. */
static struct sock_filter g_filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 5, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 4, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 1, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_munmap, 0, 3),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BYTES, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};
static struct sock_fprog g_program = {sizeof(g_filter) / sizeof(g_filter[0]), g_filter};

static void under_a_filter(void) {
  REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  REQUIRE(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &g_program) == 0);
  for (int i = 0; i < 1000; ++i) {
    void* mapped = map(NULL, BYTES, 0);
    REQUIRE(mapped != MAP_FAILED && munmap(mapped, BYTES) == 0);
  }
  REQUIRE(write(1, "filtered\n", 9) == 9);
}

int main(int count, char** arguments) {
  if (count > 1 && strcmp(arguments[1], "filter") == 0) {
    under_a_filter();
    _exit(0);
  }
  every_call();
  every_break();
  at_once();
  in_a_vfork_child();
  if (fork() == 0) {
    every_call();
    every_break();
    _exit(0);
  }
  int status = -1;
  REQUIRE(wait(&status) > 0 && status == 0);
  dprintf(1, "done\n");
  return 0;
}
