/* Prints what a program may look at to see whether it runs alone: arguments, environment,
   descriptors, signals, limits, names, locale, errno. */
#include <dirent.h>
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

extern char** environ;

/* Before main, past everything that allocates. */
static int g_early_errno;
static int g_early_descriptors;
static char** g_early_environ;
static const char* g_early_name;

static int count_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF;
  return count;
}

static void before_all(int argc, char** argv, char** envp) {
  (void)argc, (void)argv;
  g_early_errno = errno;
  g_early_descriptors = count_descriptors();
  g_early_environ = envp;
  g_early_name = getenv("TRAP");
}
__attribute__((section(".preinit_array"), used)) static void (*g_preinit)(int, char**,
                                                                          char**) = before_all;

static void print_signals(void) {
  sigset_t blocked;
  sigprocmask(SIG_SETMASK, NULL, &blocked);
  for (int i = 1; i < 65; ++i) {
    struct sigaction action;
    if (sigaction(i, NULL, &action) != 0) continue;
    printf("signal %d: %d %d %x\n", i, sigismember(&blocked, i), action.sa_handler != SIG_DFL,
           (unsigned)action.sa_flags);
  }
  stack_t stack;
  sigaltstack(NULL, &stack);
  printf("sigaltstack: %d %zu\n", stack.ss_flags, stack.ss_size);
}

static void print_descriptors(void) {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == NULL) return;
  for (struct dirent* entry; (entry = readdir(folder)) != NULL;) {
    char target[256] = "";
    if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(folder)) continue;
    if (readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1) < 0) continue;
    /* Pipes have numbers of their own. */
    printf("descriptor %s: %.5s\n", entry->d_name, target);
  }
  closedir(folder);
}

static void print_limits(void) {
  for (int i = 0; i < RLIMIT_NLIMITS; ++i) {
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)i, &limit) != 0) continue;
    printf("limit %d: %llx %llx\n", i, (unsigned long long)limit.rlim_cur,
           (unsigned long long)limit.rlim_max);
  }
}

static void print_names(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) printf("argument %d: %s\n", i, argv[i]);
  printf("name: %s %s\n", program_invocation_name == argv[0] ? "same" : "other",
         program_invocation_short_name);
  char name[16];
  prctl(PR_GET_NAME, name);
  printf("thread: %s\n", name);
  printf("dumpable: %d, no new privileges: %d, seccomp: %d\n", prctl(PR_GET_DUMPABLE),
         prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_SECCOMP));
  printf("locale: %s, %s\n", setlocale(LC_ALL, NULL), setlocale(LC_ALL, ""));
}

int main(int argc, char** argv) {
  const int at_main = errno;
  for (char** entry = environ; *entry != NULL; ++entry) {
    if (strncmp(*entry, "LD_PRELOAD=", 11) == 0) continue;
    if (strncmp(*entry, "HEAPTALLY_", 10) == 0) continue;
    printf("environment: %s\n", *entry);
  }
  printf("environ is that of the start: %d\n", environ == g_early_environ);
  printf("getenv before main: %s\n", g_early_name == NULL ? "none" : g_early_name);
  printf("errno: %d %d\n", g_early_errno, at_main);
  printf("descriptors before main: %d\n", g_early_descriptors);
  print_signals();
  print_descriptors();
  print_limits();
  print_names(argc, argv);
  return 0;
}
