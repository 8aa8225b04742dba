// The shim's constructor: runs before those of all other objects (-z initfirst), so that
// nothing allocates before it but the loader.
#include <pthread.h>

#include "preload/domain_recorder.h"
#include "preload/early_log.h"
#include "preload/exec_hooks.h"
#include "preload/exec_target.h"
#include "preload/exit_hooks.h"
#include "preload/exit_mark.h"
#include "preload/libc_symbols.h"
#include "preload/libunwind.h"
#include "preload/loader.h"
#include "preload/mapping_hooks.h"
#include "preload/modules.h"
#include "preload/real_allocator.h"
#include "preload/seccomp_hooks.h"
#include "preload/session.h"
#include "preload/trace_table.h"

namespace heaptally::preload {
namespace {

// Nothing more is to be done for a program that is not recorded.
void give_up() {
  g_session.stop();
  g_early_log.discard();
}

[[gnu::constructor]] void start_recording(int argument_count, char** arguments,
                                          char** environment) {
  if (!real_allocator_is_known()) resolve_real_allocator();
  resolve_exec_functions();
  resolve_exit_functions();
  resolve_start_functions();
  resolve_mapping_functions();
  resolve_seccomp_functions();
  const bool has_loader = find_loader();
  if (has_loader) remember_exec_surroundings(environment);
  if (!has_loader || !hooks_are_called()) return give_up();
  find_allocators_code(reinterpret_cast<void*>(g_real.malloc));
  const int socket = call_collector(environment);
  if (socket < 0) return give_up();
  initialise_libc(argument_count, arguments, environment);
  // What the loader allocates for us from here on is not the program's: the stage is still
  // kEarly, so the log is marked and cut back.
  const auto mark = g_early_log.mark();
  // While heaptally prepares its answer; in vain where that is a refusal.
  const bool has_libunwind = load_libunwind();
  if (!g_session.connect(socket)) return give_up();
  g_modules.open();
  const bool ready = open_trace_table() && has_libunwind && set_up_libunwind();
  g_early_log.cut_back_to(mark);
  if (!ready) return give_up();
  g_session.start();
  // fork() lets a child claim its process block at once; one that was made by the bare system
  // call does so at its first hook.
  pthread_atfork(&keep_out_of_libunwind, &let_into_libunwind, [] {
    if (g_session.is_connected()) g_session.in_own_process();
  });
  watch_own_exit();
  if (g_session.marks_exit()) mark_exits();
  redirect_libc_symbols();
  if (g_session.stage() == Stage::kStopped) return g_early_log.discard();
  g_early_log.flush();
}

}  // namespace
}  // namespace heaptally::preload
