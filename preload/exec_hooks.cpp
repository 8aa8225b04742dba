// Every hook of exec and posix_spawn. Each looks at what is to be executed, tells the
// recording if that will not be recorded, and calls the real function with the same arguments;
// only where the new image's loader would complain about the shim is the environment another.
//
// They run in vfork children and in signal handlers: on the stack alone, with no lasting state.
#include "preload/exec_hooks.h"

#include <alloca.h>
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>

#include "preload/exec_target.h"
#include "preload/hook.h"
#include "preload/recorder.h"
#include "preload/session.h"
#include "preload/system.h"

using namespace heaptally;
using namespace heaptally::preload;

namespace {

using Words = char* const*;

struct RealExec {
  int (*execve)(const char*, Words, Words);
  int (*execv)(const char*, Words);
  int (*execvp)(const char*, Words);
  int (*execvpe)(const char*, Words, Words);
  int (*fexecve)(int, Words, Words);
  int (*execveat)(int, const char*, Words, Words, int);
  int (*posix_spawn)(pid_t*, const char*, const posix_spawn_file_actions_t*,
                     const posix_spawnattr_t*, Words, Words);
  decltype(RealExec::posix_spawn) posix_spawnp;
};
RealExec g_real_exec = {};

const RealExec& real() {
  // Only before the constructor.
  if (g_real_exec.posix_spawnp == nullptr) [[unlikely]]
    resolve_exec_functions();
  return g_real_exec;
}

// Calls `function` with the environment that the plan asks for.
template <class Function>
int with_environment(ExecPlan plan, Words environment, Function function) {
  if (!plan.drops_shim) return function(environment);
  const ShimlessEnvironment shimless(environment);
  if (!shimless.fits()) return function(environment);
  auto** entries = static_cast<char**>(alloca(shimless.entries * sizeof(char*)));
  shimless.build(environment, entries, static_cast<char*>(alloca(shimless.preload_bytes)));
  return function(static_cast<Words>(entries));
}

// What every exec hook does; `function` is the real one, and returns only if it failed.
template <class Function>
int execute(const ExecTarget& target, Words environment, const void* frame, Function function) {
  const ExecPlan plan = plan_exec(target, environment);
  if (plan.is_recorded()) return with_environment(plan, environment, function);
  const std::uint32_t pid = may_call_system() ? current_pid() : g_session.pid();
  note_unrecorded(target, plan, pid, frame);
  const int result = with_environment(plan, environment, function);
  record_note(wire::NoteKind::kExecFailed, pid, 0, "", frame);
  return result;
}

template <class Function>
int spawn(const ExecTarget& target, Words environment, pid_t* pid, const void* frame,
          Function function) {
  const ExecPlan plan = plan_exec(target, environment);
  pid_t child = 0;
  // The real one stores it while signals are blocked: a handler of SIGCHLD may look there.
  if (pid == nullptr) pid = &child;
  const int result =
      with_environment(plan, environment, [&](Words passed) { return function(pid, passed); });
  if (result != 0) return result;
  if (!plan.is_recorded()) {
    note_unrecorded(target, plan, static_cast<std::uint32_t>(*pid), frame);
  }
  return 0;
}

// "/proc/self/fd/N": what fexecve executes has a name there.
struct DescriptorName {
  char text[32] = "/proc/self/fd/";

  explicit DescriptorName(int fd) {
    char digits[12];
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + fd % 10);
      fd /= 10;
    } while (fd > 0);
    char* end = text + sizeof("/proc/self/fd/") - 1;
    while (count > 0) *end++ = digits[--count];
  }
};

// With the process's own environment, unless another was made of it.
int execute_path(const char* path, Words arguments, const void* frame) {
  return execute({AT_FDCWD, path}, environ, frame, [&](Words passed) {
    return passed == environ ? real().execv(path, arguments)
                             : real().execve(path, arguments, passed);
  });
}

int execute_file(const char* file, Words arguments, const void* frame) {
  return execute({AT_FDCWD, file, true}, environ, frame, [&](Words passed) {
    return passed == environ ? real().execvp(file, arguments)
                             : real().execvpe(file, arguments, passed);
  });
}

// The arguments of execl and its like, from the one after `first` to the null.
std::size_t count_words(va_list list) {
  va_list copy;
  va_copy(copy, list);
  std::size_t count = 1;
  while (va_arg(copy, char*) != nullptr) ++count;
  va_end(copy);
  return count;
}

// Fills `words` with them and the null. What execle has behind that is the environment.
Words take_words(char** words, const char* first, va_list list, bool has_environment) {
  *words = const_cast<char*>(first);
  while (*words != nullptr) *++words = va_arg(list, char*);
  return has_environment ? va_arg(list, Words) : environ;
}

// Room for them on the caller's stack.
#define HEAPTALLY_WORDS(list) (static_cast<char**>(alloca((count_words(list) + 1) * sizeof(char*))))

}  // namespace

void heaptally::preload::resolve_exec_functions() {
  resolve_next(g_real_exec.execve, "execve");
  resolve_next(g_real_exec.execv, "execv");
  resolve_next(g_real_exec.execvp, "execvp");
  resolve_next(g_real_exec.execvpe, "execvpe");
  resolve_next(g_real_exec.fexecve, "fexecve");
  resolve_next(g_real_exec.execveat, "execveat");
  resolve_next(g_real_exec.posix_spawn, "posix_spawn");
  resolve_next(g_real_exec.posix_spawnp, "posix_spawnp");
}

HEAPTALLY_HOOK int execve(const char* path, Words arguments, Words environment) noexcept {
  return execute({AT_FDCWD, path}, environment, HEAPTALLY_HOOK_FRAME,
                 [&](Words passed) { return real().execve(path, arguments, passed); });
}

HEAPTALLY_HOOK int execv(const char* path, Words arguments) noexcept {
  return execute_path(path, arguments, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK int execvpe(const char* file, Words arguments, Words environment) noexcept {
  return execute({AT_FDCWD, file, true}, environment, HEAPTALLY_HOOK_FRAME,
                 [&](Words passed) { return real().execvpe(file, arguments, passed); });
}

HEAPTALLY_HOOK int execvp(const char* file, Words arguments) noexcept {
  return execute_file(file, arguments, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK int execl(const char* path, const char* first, ...) noexcept {
  va_list list;
  va_start(list, first);
  char** arguments = HEAPTALLY_WORDS(list);
  take_words(arguments, first, list, false);
  va_end(list);
  return execute_path(path, arguments, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK int execlp(const char* file, const char* first, ...) noexcept {
  va_list list;
  va_start(list, first);
  char** arguments = HEAPTALLY_WORDS(list);
  take_words(arguments, first, list, false);
  va_end(list);
  return execute_file(file, arguments, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK int execle(const char* path, const char* first, ...) noexcept {
  va_list list;
  va_start(list, first);
  char** arguments = HEAPTALLY_WORDS(list);
  const Words environment = take_words(arguments, first, list, true);
  va_end(list);
  return execute({AT_FDCWD, path}, environment, HEAPTALLY_HOOK_FRAME,
                 [&](Words passed) { return real().execve(path, arguments, passed); });
}

HEAPTALLY_HOOK int fexecve(int fd, Words arguments, Words environment) noexcept {
  const DescriptorName name(fd);
  return execute({AT_FDCWD, name.text, false, true}, environment, HEAPTALLY_HOOK_FRAME,
                 [&](Words passed) { return real().fexecve(fd, arguments, passed); });
}

HEAPTALLY_HOOK int execveat(int folder, const char* path, Words arguments, Words environment,
                            int flags) noexcept {
  const DescriptorName name(folder);
  // Declared never to be null, but newer kernels take that for empty.
  const char* const volatile given = path;
  const bool is_descriptor = (flags & AT_EMPTY_PATH) != 0 && (given == nullptr || given[0] == '\0');
  const ExecTarget target =
      is_descriptor ? ExecTarget{AT_FDCWD, name.text, false, true} : ExecTarget{folder, path};
  return execute(target, environment, HEAPTALLY_HOOK_FRAME, [&](Words passed) {
    return real().execveat(folder, path, arguments, passed, flags);
  });
}

HEAPTALLY_HOOK int posix_spawn(pid_t* pid, const char* path,
                               const posix_spawn_file_actions_t* actions,
                               const posix_spawnattr_t* attributes, Words arguments,
                               Words environment) {
  return spawn({AT_FDCWD, path}, environment, pid, HEAPTALLY_HOOK_FRAME,
               [&](pid_t* child, Words passed) {
                 return real().posix_spawn(child, path, actions, attributes, arguments, passed);
               });
}

HEAPTALLY_HOOK int posix_spawnp(pid_t* pid, const char* file,
                                const posix_spawn_file_actions_t* actions,
                                const posix_spawnattr_t* attributes, Words arguments,
                                Words environment) {
  return spawn({AT_FDCWD, file, true}, environment, pid, HEAPTALLY_HOOK_FRAME,
               [&](pid_t* child, Words passed) {
                 return real().posix_spawnp(child, file, actions, attributes, arguments, passed);
               });
}
