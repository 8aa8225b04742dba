#include "preload/early_log.h"

#include "preload/modules.h"
#include "preload/recorder.h"
#include "preload/session.h"
#include "preload/system.h"
#include "preload/thread.h"

namespace heaptally::preload {

constinit EarlyLog g_early_log;

void EarlyLog::add(wire::EventKind kind, const void* block, std::size_t size,
                   std::uint64_t caller) {
  if (entries_ == nullptr) {
    entries_ = static_cast<Entry*>(map_private(kEntries * sizeof(Entry)));
  }
  if (entries_ == nullptr || count_ == kEntries) {
    ++lost_;
    return;
  }
  entries_[count_++] = {kind, block, size, caller};
}

void EarlyLog::flush() {
  if (lost_ != 0) {
    g_session.counters().lost_events.fetch_add(lost_, std::memory_order_relaxed);
  }
  HookGuard guard(__builtin_frame_address(0));
  Channel* channel = guard.channel();
  if (channel == nullptr) return discard();
  RingWriter& ring = channel->ring();
  for (std::size_t i = 0; i < count_; ++i) {
    const Entry& entry = entries_[i];
    const wire::TraceIndex trace =
        entry.caller == 0 ? 0 : channel->capture_caller_only(entry.caller);
    if (!ring.reserve(1)) continue;
    ring.open();
    ring.put(0, entry.kind, ring.stamp(), reinterpret_cast<std::uint64_t>(entry.block), entry.size,
             trace);
    ring.commit(1);
  }
  discard();
}

void EarlyLog::discard() {
  if (entries_ != nullptr) unmap(entries_, kEntries * sizeof(Entry));
  entries_ = nullptr;
}

}  // namespace heaptally::preload
