#include "preload/recorder.h"

#include "preload/early_log.h"
#include "preload/modules.h"
#include "preload/note_writer.h"
#include "preload/session.h"

namespace heaptally::preload {
namespace {

inline bool is_own_call(const void* hook_frame) {
  return g_session.in_own_process() && !is_inner_call(hook_frame);
}
inline bool records_allocations(const void* hook_frame) {
  return g_session.stage() == Stage::kRecording && is_own_call(hook_frame);
}
// Frees and notes.
inline bool records(const void* hook_frame) {
  return g_session.is_connected() && is_own_call(hook_frame);
}

std::uint64_t address_of(const void* block) { return reinterpret_cast<std::uint64_t>(block); }

}  // namespace

void record_allocation(const void* block, std::size_t size, const void* hook_frame) {
  if (g_session.stage() == Stage::kEarly) [[unlikely]] {
    g_early_log.add(wire::EventKind::kAllocate, block, size, caller_of(hook_frame).pc);
    return;
  }
  if (!records_allocations(hook_frame)) return;
  HookGuard guard(hook_frame);
  Channel* channel = guard.channel();
  if (channel == nullptr) return;
  const wire::TraceIndex trace = channel->capture(caller_of(hook_frame));
  RingWriter& ring = channel->ring();
  if (!ring.reserve(1)) return;
  ring.open();
  ring.put(0, wire::EventKind::kAllocate, ring.stamp(), address_of(block), size, trace);
  ring.commit(1);
}

void record_free(const void* block, const void* caller, const void* hook_frame) {
  if (g_session.stage() == Stage::kEarly) [[unlikely]] {
    g_early_log.add(wire::EventKind::kFree, block, 0, 0);
    return;
  }
  if (!records(hook_frame)) return;
  g_modules.note_free_from(caller);
  HookGuard guard(hook_frame);
  Channel* channel = guard.channel();
  if (channel == nullptr) return;
  RingWriter& ring = channel->ring();
  if (!ring.reserve(1)) return;
  ring.open();
  ring.put(0, wire::EventKind::kFree, ring.stamp(), address_of(block), 0, 0);
  ring.commit(1);
}

ReallocationRecord::ReallocationRecord(const void* block, std::size_t size, const void* hook_frame)
    : block_(block), size_(size), hook_frame_(hook_frame) {
  if (!records(hook_frame)) return;
  guard_.emplace(hook_frame);
  Channel* channel = guard_->channel();
  if (channel == nullptr) return;
  is_traced_ = g_session.stage() == Stage::kRecording;
  if (is_traced_) trace_ = channel->capture(caller_of(hook_frame));
  RingWriter& ring = channel->ring();
  if (!ring.reserve(2)) return;
  ring.open();
  before_ = ring.stamp();
  is_open_ = true;
}

void ReallocationRecord::finish(const void* moved, bool happened) {
  if (g_session.stage() == Stage::kEarly) [[unlikely]] {
    if (!happened) return;
    g_early_log.add(wire::EventKind::kFree, block_, 0, 0);
    if (moved == nullptr) return;
    g_early_log.add(wire::EventKind::kAllocate, moved, size_, caller_of(hook_frame_).pc);
    return;
  }
  if (!is_open_) return;
  // A handler may have forked meanwhile: in the child this lets go of the parent's ring.
  g_session.in_own_process();
  RingWriter& ring = guard_->channel()->ring();
  if (!happened) return ring.abandon();
  if (moved == nullptr || !is_traced_) {
    ring.put(0, wire::EventKind::kFree, before_, address_of(block_), 0, 0);
    return ring.commit(1);
  }
  ring.put(0, wire::EventKind::kReallocateFrom, before_, address_of(block_), 0, 0);
  ring.put(1, wire::EventKind::kReallocateTo, ring.stamp(), address_of(moved), size_, trace_);
  ring.commit(2);
}

void record_note(wire::NoteKind kind, std::uint32_t pid, std::uint32_t value, const char* text,
                 const void* hook_frame) {
  if (!records(hook_frame)) return;
  HookGuard guard(hook_frame);
  Channel* channel = guard.channel();
  if (channel == nullptr) return;
  write_note(channel->ring(), kind, pid, value, text);
}

}  // namespace heaptally::preload
