// EventLogBuffer: what the event log is told of next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/recording/event_log.h"

namespace heaptally {

// Purpose: takes the events that were tallied, until a batch carries them to the recording; there
//   blocks are numbered and packed, so that draining pays for no more than this.
// Threads: the collector's, one at a time.
class EventLogBuffer {
 public:
  // From here on it is time for a batch.
  static constexpr std::size_t kMany = std::size_t{1} << 17;  // 4 MiB

  void add(const RawEvent& event) { events_.push_back(event); }
  bool has_many() const { return events_.size() >= kMany; }
  std::vector<RawEvent> take() {
    std::vector<RawEvent> events = std::exchange(events_, {});
    if (events.size() >= kMany) events_.reserve(events.capacity());
    return events;
  }

 private:
  std::vector<RawEvent> events_;
};

}  // namespace heaptally
