#include "core/recording/event_log_writer.h"

#include <optional>

namespace heaptally {

void EventLogWriter::require(bool holds, const char* broken) const {
  if (!holds) throw Error(db_.subject(), broken, "please report this bug in heaptally");
}

BlockTable& EventLogWriter::table_of(std::uint32_t image) {
  if (last_table_ == nullptr || last_image_ != image) {
    last_table_ = &live_[image];
    last_image_ = image;
  }
  return *last_table_;
}

void EventLogWriter::append(Nanoseconds time, std::uint64_t block, LogKind kind) {
  chunk_.events.push_back({time, block, kind});
  is_pending_ = true;
  if (chunk_.events.size() < kEventsInChunk) return;
  store();
  chunk_.extent.first_event += chunk_.events.size();
  chunk_.extent.first_block += chunk_.blocks.size();
  chunk_.events.clear();
  chunk_.blocks.clear();
}

void EventLogWriter::allocate(const RawEvent& event) {
  const std::uint64_t block = chunk_.extent.first_block + chunk_.blocks.size();
  require(event.address != 0 && table_of(event.image()).insert(event.address, block),
          "the log allocates a block that is live");
  chunk_.blocks.push_back({event.time, event.address, event.size, event.tally});
  append(event.time, block, LogKind::kAllocated);
}

void EventLogWriter::end_image(const RawEvent& event) {
  const auto table = live_.find(event.image());
  if (table == live_.end()) return;
  for (const std::uint64_t block : table->second.blocks()) {
    append(event.time, block, LogKind::kEnded);
  }
  live_.erase(table);
  last_table_ = nullptr;
}

void EventLogWriter::add(std::span<const RawEvent> events, std::size_t tallies) {
  for (const RawEvent& event : events) {
    require(event.time >= last_, "an event of the log is out of order");
    last_ = event.time;
    const LogKind kind = event.kind();
    if (kind == LogKind::kAllocated) {
      require(index_of(event.tally) < tallies, "the log names a tally that was not added");
      allocate(event);
    } else if (kind == LogKind::kEnded) {
      end_image(event);
    } else {
      const std::optional<std::uint64_t> block = table_of(event.image()).remove(event.address);
      require(block.has_value(), "the log frees a block that is not live");
      append(event.time, *block, kind);
    }
  }
}

void EventLogWriter::store() {
  if (!is_pending_) return;
  chunk_.extent.events = chunk_.events.size();
  chunk_.extent.blocks = chunk_.blocks.size();
  chunk_.extent.start = chunk_.events.front().time;
  chunk_.extent.end = chunk_.events.back().time;
  const LogExtent& extent = chunk_.extent;
  put_.run(extent.first_event, extent.events, extent.first_block, extent.blocks,
           extent.start.count(), extent.end.count(), codec_.encode(chunk_));
  is_pending_ = false;
}

}  // namespace heaptally
