// How processes end: what they say themselves as they exit, and what their parents learn. A
// process that is not heaptally's own child cannot be asked for its status otherwise.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "preload/exit_hooks.h"
#include "preload/exit_mark.h"
#include "preload/hook.h"
#include "preload/recorder.h"
#include "preload/session.h"

using namespace heaptally;
using namespace heaptally::preload;

namespace {

struct RealFunctions {
  void (*exit_now)(int);
  pid_t (*wait4)(pid_t, int*, int, rusage*);
  int (*waitid)(idtype_t, id_t, siginfo_t*, int);
};
RealFunctions g_real_functions = {};

// Before the constructor, or where the constructor found nothing to record.
void resolve_if_needed() {
  if (g_real_functions.waitid == nullptr) resolve_exit_functions();
}

void note_exit(int status) {
  if (!g_session.is_connected() || !g_session.in_own_process()) return;
  // A vfork child exits in its parent's memory.
  if (!may_call_system() || current_pid() != g_session.pid()) return;
  g_session.block().exit.store(wire::ProcessBlock::kExits | (status & 0xff),
                               std::memory_order_relaxed);
}

void note_end(pid_t pid, int status, const void* frame) {
  if (pid <= 0 || !g_session.is_connected()) return;
  if (!WIFEXITED(status) && !WIFSIGNALED(status)) return;
  record_note(wire::NoteKind::kEnded, static_cast<std::uint32_t>(pid),
              static_cast<std::uint32_t>(status), "", frame);
}

// What every wait-like hook does. The status is asked for even if the caller does not.
pid_t wait_for(pid_t pid, int* status, int options, rusage* usage, const void* frame) {
  resolve_if_needed();
  int own_status = 0;
  if (status == nullptr) status = &own_status;
  const pid_t ended = g_real_functions.wait4(pid, status, options, usage);
  if (ended > 0) note_end(ended, *status, frame);
  return ended;
}

}  // namespace

namespace heaptally::preload {

void resolve_exit_functions() {
  resolve_next(g_real_functions.exit_now, "_exit");
  resolve_next(g_real_functions.wait4, "wait4");
  resolve_next(g_real_functions.waitid, "waitid");
}

void watch_own_exit() {
  on_exit([](int status, void*) { note_exit(status); }, nullptr);
}

}  // namespace heaptally::preload

HEAPTALLY_HOOK void _exit(int status) {
  begin_exit();
  note_exit(status);
  resolve_if_needed();
  g_real_functions.exit_now(status);
  __builtin_unreachable();
}

HEAPTALLY_HOOK void _Exit(int status) {
  begin_exit();
  note_exit(status);
  resolve_if_needed();
  g_real_functions.exit_now(status);
  __builtin_unreachable();
}

HEAPTALLY_HOOK pid_t wait(int* status) {
  return wait_for(-1, status, 0, nullptr, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK pid_t waitpid(pid_t pid, int* status, int options) {
  return wait_for(pid, status, options, nullptr, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK pid_t wait3(int* status, int options, rusage* usage) {
  return wait_for(-1, status, options, usage, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK pid_t wait4(pid_t pid, int* status, int options, rusage* usage) {
  return wait_for(pid, status, options, usage, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK int waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
  resolve_if_needed();
  const int result = g_real_functions.waitid(type, id, info, options);
  if (result == 0 && info != nullptr && info->si_pid > 0 &&
      (info->si_code == CLD_EXITED || info->si_code == CLD_KILLED || info->si_code == CLD_DUMPED)) {
    const int status =
        info->si_code == CLD_EXITED ? (info->si_status & 0xff) << 8 : info->si_status & 0x7f;
    note_end(info->si_pid, status, HEAPTALLY_HOOK_FRAME);
  }
  return result;
}
