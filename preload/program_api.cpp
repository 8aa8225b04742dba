// What include/heaptally/heaptally.h calls. The functions keep errno, as hooks do.
#include "preload/hook.h"
#include "preload/recorder.h"
#include "preload/session.h"

using namespace heaptally;
using namespace heaptally::preload;

HEAPTALLY_HOOK void heaptally_mark(const char* name) {
  if (name == nullptr) return;
  record_note(wire::NoteKind::kMark, g_session.pid(), 0, name, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK int heaptally_is_tracing() {
  return g_session.stage() == Stage::kRecording && g_session.in_own_process() ? 1 : 0;
}
