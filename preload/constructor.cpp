// The shim's constructor: runs before those of all other objects (-z initfirst), so that
// nothing allocates before it but the loader.
#include <fcntl.h>
#include <pthread.h>

#include "preload/early_log.h"
#include "preload/exec_hooks.h"
#include "preload/exec_target.h"
#include "preload/exit_hooks.h"
#include "preload/libc_symbols.h"
#include "preload/libunwind.h"
#include "preload/loader.h"
#include "preload/modules.h"
#include "preload/real_allocator.h"
#include "preload/seccomp_hooks.h"
#include "preload/session.h"
#include "preload/trace_table.h"

namespace heaptally::preload {
namespace {

// libunwind sets itself up at its first use; that must not happen in a hook.
void warm_up_libunwind() {
  derive_rule(reinterpret_cast<std::uint64_t>(&warm_up_libunwind) + 1, true);
}

// The two descriptors that a pipe would get now.
struct NextPipe {
  int ends[2] = {-1, -1};
  NextPipe() {
    if (raw_syscall(SYS_pipe2, reinterpret_cast<long>(ends), 0) != 0) return;
    close_both();
  }
  bool is_open() const { return raw_syscall(SYS_fcntl, ends[1], F_GETFD) >= 0; }
  void close_both() const {
    raw_syscall(SYS_close, ends[0]);
    raw_syscall(SYS_close, ends[1]);
  }
};

// libunwind opens a pipe for checks of its own that our accessors make needless. The
// program is to see no descriptor of ours.
bool set_up_libunwind() {
  const NextPipe next_pipe;
  const bool ready = load_libunwind();
  if (ready) warm_up_libunwind();
  if (next_pipe.is_open()) next_pipe.close_both();
  return ready;
}

[[gnu::constructor]] void start_recording(int argument_count, char** arguments,
                                          char** environment) {
  if (!real_allocator_is_known()) resolve_real_allocator();
  resolve_exec_functions();
  resolve_exit_functions();
  resolve_seccomp_functions();
  const bool has_loader = find_loader();
  if (has_loader) remember_exec_surroundings(environment);
  if (!has_loader || !hooks_are_called() || !g_session.connect(environment)) {
    g_session.stop();
    g_early_log.discard();
    return;
  }
  initialise_libc(argument_count, arguments, environment);
  g_modules.open();
  // What the loader allocates for us meanwhile is not the program's: the stage is still
  // kEarly, so the log is marked and cut back.
  const auto mark = g_early_log.mark();
  const bool ready = open_trace_table() && set_up_libunwind();
  g_early_log.cut_back_to(mark);
  if (!ready) {
    g_session.stop();
    g_early_log.discard();
    return;
  }
  g_session.start();
  // fork() lets a child claim its process block at once; one that was made by the bare system
  // call does so at its first hook.
  pthread_atfork(&keep_out_of_libunwind, &let_into_libunwind, [] {
    if (g_session.stage() == Stage::kRecording) g_session.in_own_process();
  });
  watch_own_exit();
  redirect_libc_symbols();
  g_early_log.flush();
}

}  // namespace
}  // namespace heaptally::preload
