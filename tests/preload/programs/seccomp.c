/* Restricts its own system calls in one of the ways there are, and allocates on: whoever makes a
   call that is not allowed is killed. The memory comes from what the heap already holds. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "books.h"

enum { kDepth = 20, kRounds = 100000 };

/* Many stacks, most of which nobody has seen before the filter is there. */
__attribute__((noinline)) static void allocate_at(int depth, size_t size) {
  volatile char frame[16];
  frame[0] = (char)depth;
  if (depth > 0) {
    allocate_at(depth - 1, size);
  } else {
    free(strike(book(malloc(size), size), size));
  }
  frame[1] = frame[0];
}

static struct sock_filter g_filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};
static struct sock_fprog g_program = {sizeof(g_filter) / sizeof(g_filter[0]), g_filter};

/* What is executed may be sent away from the network only. */
static struct sock_filter g_no_sockets[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};
static struct sock_fprog g_without_sockets = {sizeof(g_no_sockets) / sizeof(g_no_sockets[0]),
                                              g_no_sockets};

static int restrict_calls(const char* how) {
  if (strcmp(how, "strict") == 0) return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
  if (strcmp(how, "no-counter") == 0) return prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  /* What libseccomp asks for first, and is refused: nothing has changed after that. */
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) == 0) return -1;
  if (strcmp(how, "exec") == 0) {
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &g_without_sockets);
  }
  if (strcmp(how, "raw-prctl") == 0) {
    return (int)syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &g_program);
  }
  if (strcmp(how, "prctl") == 0) return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &g_program);
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &g_program);
}

int main(int count, char** arguments) {
  for (int i = 0; i < 1000; ++i) allocate_at(i % 3, 100);
  dprintf(1, "before=%lld\n", g_allocations);
  const char* how = count > 1 ? arguments[1] : "";
  if (restrict_calls(how) != 0) return 1;
  if (strcmp(how, "exec") == 0) execl("/bin/echo", "echo", "executed=1", NULL);
  if (strcmp(how, "no-counter") == 0) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    int status = -1;
    if (waitpid(child, &status, 0) != child || status != 0) return 1;
  }
  for (int i = 0; i < kRounds; ++i) allocate_at(i % kDepth, 100);
  /* dprintf would look for the position in the file. */
  char text[100];
  const int length =
      snprintf(text, sizeof(text), "allocations=%lld\nbytes=%lld\n", g_allocations, g_bytes);
  if (write(1, text, (size_t)length) != length) syscall(SYS_exit, 1);
  syscall(SYS_exit, 0);
}
