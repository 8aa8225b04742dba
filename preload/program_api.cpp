// What include/heaptally/heaptally.h calls. The functions keep errno, as hooks do, but for the one
// that says otherwise there.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>

#include "preload/domain_recorder.h"
#include "preload/hook.h"
#include "preload/questions.h"
#include "preload/recorder.h"
#include "preload/session.h"

using namespace heaptally;
using namespace heaptally::preload;

namespace {

void tell(wire::NoteKind kind, std::uint32_t value, const void* frame) {
  record_note(kind, g_session.pid(), value, "", frame);
}

bool can_ask() { return g_session.is_connected() && g_session.in_own_process(); }

// Copies the frames of a trace, most recent first. Returns how many there are.
int copy_frames(wire::TraceIndex trace, void** frames, int capacity) {
  int depth = 0;
  while (trace != 0 && trace < wire::kMaxNodes && depth <= static_cast<int>(wire::kMaxDepth)) {
    const wire::TraceNode* node = g_session.nodes().at(trace);
    if (node == nullptr) break;
    if (wire::frame_kind(node->key) == static_cast<std::uint8_t>(wire::FrameKind::kCut)) break;
    if (depth < capacity) frames[depth] = reinterpret_cast<void*>(wire::frame_address(node->key));
    ++depth;
    trace = node->parent;
  }
  return depth;
}

}  // namespace

HEAPTALLY_HOOK void heaptally_mark(const char* name) {
  if (name == nullptr) return;
  record_note(wire::NoteKind::kMark, g_session.pid(), 0, name, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK int heaptally_is_tracing() {
  return g_session.stage() == Stage::kRecording && g_session.in_own_process() ? 1 : 0;
}

// Of several threads that do so at once, the one that changes the stage tells of it.
HEAPTALLY_HOOK void heaptally_start() {
  if (!g_session.change(Stage::kStopped, Stage::kRecording)) return;
  tell(wire::NoteKind::kTracing, 1, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK void heaptally_stop() {
  if (!g_session.change(Stage::kRecording, Stage::kStopped)) return;
  tell(wire::NoteKind::kTracing, 0, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK int heaptally_get_traced_memory(std::size_t* current, std::size_t* peak) {
  const Reply reply = ask(wire::Question::kTracedMemory, 0, HEAPTALLY_HOOK_FRAME);
  if (current != nullptr) *current = reply.values[0];
  if (peak != nullptr) *peak = reply.values[1];
  return reply.problem == 0 ? 0 : -1;
}

HEAPTALLY_HOOK void heaptally_reset_peak() {
  tell(wire::NoteKind::kResetPeak, 0, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK void heaptally_clear_traces() {
  tell(wire::NoteKind::kClear, 0, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK int heaptally_get_object_traceback(const void* block, void** frames, int capacity) {
  if (block == nullptr) return 0;
  const Reply reply =
      ask(wire::Question::kTraceback, reinterpret_cast<std::uint64_t>(block), HEAPTALLY_HOOK_FRAME);
  if (reply.problem != 0 || reply.values[0] >= wire::kMaxNodes) return 0;
  return copy_frames(static_cast<wire::TraceIndex>(reply.values[0]), frames, capacity);
}

// The file is the program's own, so that its folder and its rights count; the collector, which
// finds the open descriptor in /proc, fills it.
HEAPTALLY_HOOK int heaptally_take_snapshot(const char* path) {
  const auto fail = [](int problem) {
    errno = problem;
    return -1;
  };
  if (path == nullptr) return fail(EINVAL);
  if (!can_ask() || !may_call_system()) return fail(ENOTCONN);
  const long file = raw_syscall(SYS_openat, AT_FDCWD, reinterpret_cast<long>(path),
                                O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return fail(static_cast<int>(-file));
  const Reply reply =
      ask(wire::Question::kSnapshot, static_cast<std::uint64_t>(file), HEAPTALLY_HOOK_FRAME);
  if (reply.problem != 0) raw_syscall(SYS_unlinkat, AT_FDCWD, reinterpret_cast<long>(path), 0);
  raw_syscall(SYS_close, file);
  return reply.problem == 0 ? 0 : fail(reply.problem);
}

HEAPTALLY_HOOK std::size_t heaptally_get_overhead() {
  return g_mapped_bytes.load(std::memory_order_relaxed);
}

HEAPTALLY_HOOK void heaptally_alloc(const char* domain, const void* pointer, std::size_t size) {
  if (domain == nullptr || pointer == nullptr) return;
  record_in_domain(domain, nullptr, pointer, size, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK void heaptally_realloc(const char* domain, const void* old_pointer,
                                      const void* new_pointer, std::size_t size) {
  if (domain == nullptr || new_pointer == nullptr) return;
  record_in_domain(domain, old_pointer, new_pointer, size, HEAPTALLY_HOOK_FRAME);
}

HEAPTALLY_HOOK void heaptally_free(const char* domain, const void* pointer) {
  if (domain == nullptr || pointer == nullptr) return;
  record_in_domain(domain, pointer, nullptr, 0, HEAPTALLY_HOOK_FRAME);
}
