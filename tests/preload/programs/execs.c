// Has each function of the exec family, or the one that is named, execute a program in a child:
//   execs FUNCTION|all PROGRAM [root FOLDER|user ID|no-environment|null-environment|failing]
// PROGRAM is a path, or with a function that searches PATH a name. Prints how each child ended.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

static char** environment;
static char* program;
static char* arguments[] = {"zero", "one", "two words", NULL};

static int call_execve(void) { return execve(program, arguments, environment); }
static int call_execv(void) { return execv(program, arguments); }
static int call_execvp(void) { return execvp(program, arguments); }
static int call_execvpe(void) { return execvpe(program, arguments, environment); }
static int call_execl(void) { return execl(program, "zero", "one", "two words", (char*)NULL); }
static int call_execlp(void) { return execlp(program, "zero", "one", "two words", (char*)NULL); }
static int call_execle(void) {
  return execle(program, "zero", "one", "two words", (char*)NULL, environment);
}
static int call_fexecve(void) { return fexecve(open(program, O_RDONLY), arguments, environment); }
static int call_execveat(void) { return execveat(AT_FDCWD, program, arguments, environment, 0); }
static int call_execveat_empty(void) {
  return execveat(open(program, O_PATH), "", arguments, environment, AT_EMPTY_PATH);
}

static const struct {
  const char* name;
  int (*call)(void);
} functions[] = {
    {"execve", call_execve},        {"execv", call_execv},     {"execvp", call_execvp},
    {"execvpe", call_execvpe},      {"execl", call_execl},     {"execlp", call_execlp},
    {"execle", call_execle},        {"fexecve", call_fexecve}, {"execveat", call_execveat},
    {"empty", call_execveat_empty},
};
enum { kFunctions = sizeof(functions) / sizeof(functions[0]) };

static void report(const char* name, pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  printf("%s: %d\n", name, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
  fflush(stdout);
}

static void report_call(const char* name, int (*call)(void), int in_vfork) {
  const pid_t child = in_vfork ? vfork() : fork();
  if (child == 0) {
    errno = 0;
    const int result = call();
    _exit(result == -1 ? 100 + errno : 99);
  }
  report(name, child);
}

static void report_spawn(const char* name, int searches) {
  pid_t child = -7;
  errno = 77;
  const int problem = searches ? posix_spawnp(&child, program, NULL, NULL, arguments, environment)
                               : posix_spawn(&child, program, NULL, NULL, arguments, environment);
  if (problem != 0) {
    printf("%s: problem %d, child %d\n", name, problem, (int)child);
  } else {
    report(name, child);
  }
}

static void* call_in_thread(void* unused) {
  report_call("thread", call_execve, 0);
  return unused;
}

static void with_hardly_any_stack(void) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
  if (pthread_create(&thread, &attributes, call_in_thread, NULL) == 0) pthread_join(thread, NULL);
}

static pid_t child_of_handler;

// What a crash handler does, on the stack that is usual for one.
static void handle(int signal) {
  (void)signal;
  child_of_handler = fork();
  if (child_of_handler == 0) _exit(call_execve() == -1 ? 100 + errno : 99);
}

static void in_handler(void) {
  static char memory[8192];
  const stack_t stack = {.ss_sp = memory, .ss_size = sizeof(memory)};
  struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
  sigaltstack(&stack, NULL);
  sigaction(SIGUSR1, &action, NULL);
  raise(SIGUSR1);
  report("handler", child_of_handler);
}

int main(int count, char** words) {
  if (count < 3) return 2;
  const char* which = words[1];
  program = words[2];
  static char* nothing[] = {NULL};
  environment = environ;
  const char* how = count > 3 ? words[3] : "";
  if (strcmp(how, "no-environment") == 0) environment = nothing;
  if (strcmp(how, "null-environment") == 0) environment = NULL;
  if (strcmp(how, "root") == 0 && (chroot(words[4]) != 0 || chdir("/") != 0)) return 3;
  if (strcmp(how, "user") == 0) {
    const int id = atoi(words[4]);
    if (setresgid(id, id, id) != 0 || setresuid(id, id, id) != 0) return 3;
  }
  const int all = strcmp(which, "all") == 0;
  for (int i = 0; i < kFunctions; ++i) {
    if (all || strcmp(which, functions[i].name) == 0) {
      report_call(functions[i].name, functions[i].call, 0);
    }
  }
  if (all || strcmp(which, "vfork") == 0) report_call("vfork", call_execve, 1);
  if (all || strcmp(which, "thread") == 0) with_hardly_any_stack();
  if (all || strcmp(which, "handler") == 0) in_handler();
  if (all || strcmp(which, "spawn") == 0) report_spawn("spawn", 0);
  if (all || strcmp(which, "spawnp") == 0) report_spawn("spawnp", 1);
  return 0;
}
