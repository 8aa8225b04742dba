#include "preload/domain_recorder.h"

#include <dlfcn.h>

#include "preload/domain_names.h"
#include "preload/session.h"

namespace heaptally::preload {
namespace {

using wire::EventKind;

// Of the library that the real allocator is, unless that is libc, which has much else.
std::uint64_t g_allocator_start = 0;
std::uint64_t g_allocator_end = 0;

inline bool records() { return g_session.is_connected() && g_session.in_own_process(); }
// Where the program has stopped recording, only what leaves is recorded.
inline bool records_allocations() { return g_session.stage() == Stage::kRecording; }

// libunwind maps memory of its own, on the stack that it is called on.
bool is_our_own(const void* hook_frame) {
  return t_thread.record != nullptr && t_thread.record->contains(hook_frame);
}

wire::DomainNumber who_maps(const void* hook_frame) {
  const std::uint64_t caller = caller_of(hook_frame).pc;
  const bool is_allocator =
      (caller >= g_allocator_start && caller < g_allocator_end) || is_in_real_call(hook_frame);
  return is_allocator ? wire::kAllocator : wire::kMapped;
}

std::uint64_t address_of(const void* block) { return reinterpret_cast<std::uint64_t>(block); }

}  // namespace

void find_allocators_code(void* code) {
  dl_find_object libc, allocator;
  if (g_loader.find_object(reinterpret_cast<void*>(&dlopen), &libc) != 0 ||
      g_loader.find_object(code, &allocator) != 0 ||
      libc.dlfo_link_map == allocator.dlfo_link_map) {
    return;
  }
  g_allocator_start = address_of(allocator.dlfo_map_start);
  g_allocator_end = address_of(allocator.dlfo_map_end);
}

void record_in_domain(const char* domain, const void* old_block, const void* new_block,
                      std::size_t size, const void* hook_frame) {
  if (!records_allocations()) new_block = nullptr;
  if (!records() || (old_block == nullptr && new_block == nullptr)) return;
  HookGuard guard(hook_frame);
  Channel* channel = guard.channel();
  if (channel == nullptr) return;
  const wire::TraceIndex trace = new_block == nullptr ? 0 : channel->capture(caller_of(hook_frame));
  RingWriter& ring = channel->ring();
  const wire::DomainNumber number = domain_number(domain, ring);
  const std::uint32_t count = (old_block != nullptr) + (new_block != nullptr);
  if (!ring.reserve(count)) return;
  ring.open();
  std::uint32_t next = 0;
  if (old_block != nullptr) {
    ring.put(next++, EventKind::kDomainFree, ring.stamp(), address_of(old_block), 0, 0, 0, number);
  }
  if (new_block != nullptr) {
    ring.put(next, EventKind::kDomainAllocate, ring.stamp(), address_of(new_block), size, trace, 0,
             number);
  }
  ring.commit(count);
}

void record_mapping(std::uint64_t start, std::uint64_t bytes, const void* hook_frame) {
  // What was there before is gone all the same.
  if (!records_allocations()) return record_unmapping(start, bytes, hook_frame);
  if (!records() || is_our_own(hook_frame)) return;
  const wire::DomainNumber domain = who_maps(hook_frame);
  HookGuard guard(hook_frame);
  Channel* channel = guard.channel();
  if (channel == nullptr) return;
  const wire::TraceIndex trace = channel->capture(caller_of(hook_frame));
  RingWriter& ring = channel->ring();
  if (!ring.reserve(1)) return;
  ring.open();
  ring.put(0, EventKind::kMap, ring.stamp(), start, bytes, trace, 0, domain);
  ring.commit(1);
}

void record_unmapping(std::uint64_t start, std::uint64_t bytes, const void* hook_frame) {
  if (!records() || is_our_own(hook_frame)) return;
  const wire::DomainNumber domain = who_maps(hook_frame);
  HookGuard guard(hook_frame);
  Channel* channel = guard.channel();
  if (channel == nullptr) return;
  RingWriter& ring = channel->ring();
  if (!ring.reserve(1)) return;
  ring.open();
  ring.put(0, EventKind::kUnmap, ring.stamp(), start, bytes, 0, 0, domain);
  ring.commit(1);
}

void note_failed_unmapping() {
  if (!records()) return;
  g_session.counters().lost_events.fetch_add(1, std::memory_order_relaxed);
}

RemappingRecord::RemappingRecord(const void* hook_frame) {
  if (!records() || is_our_own(hook_frame)) return;
  domain_ = who_maps(hook_frame);
  guard_.emplace(hook_frame);
  Channel* channel = guard_->channel();
  if (channel == nullptr) return;
  is_traced_ = records_allocations();
  if (is_traced_) trace_ = channel->capture(caller_of(hook_frame));
  RingWriter& ring = channel->ring();
  if (!ring.reserve(2)) return;
  ring.open();
  before_ = ring.stamp();
  is_open_ = true;
}

void RemappingRecord::finish(std::uint64_t old_start, std::uint64_t old_bytes,
                             std::uint64_t new_start, std::uint64_t new_bytes) {
  if (!is_open_) return;
  // A handler may have forked meanwhile: in the child this lets go of the parent's ring.
  g_session.in_own_process();
  RingWriter& ring = guard_->channel()->ring();
  std::uint32_t count = 0;
  if (old_bytes != 0) {
    ring.put(count++, EventKind::kUnmap, before_, old_start, old_bytes, 0, 0, domain_);
  }
  if (new_bytes != 0) {
    const EventKind kind = is_traced_ ? EventKind::kMap : EventKind::kUnmap;
    ring.put(count++, kind, ring.stamp(), new_start, new_bytes, trace_, 0, domain_);
  }
  if (count == 0) return ring.abandon();
  ring.commit(count);
}

}  // namespace heaptally::preload
