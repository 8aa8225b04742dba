// Sums of the event log: what happened between any two moments, exactly.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "core/profile/event_source.h"
#include "core/profile/snapshot.h"

namespace heaptally {

// The events at `from` or later and before `to`, of those with numbers from `begin` to below `end`.
struct EventRange {
  Nanoseconds from{0};
  Nanoseconds to{0};
  std::uint64_t begin = 0;
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
};

// By tally.
struct EventSums {
  std::vector<Amount> allocated;
  std::vector<Amount> gone;       // freed, or live as their process image ended
  std::vector<Amount> temporary;  // of those that were freed
  std::vector<Amount> kept;       // of those that were allocated in the range, not freed in it
};

// Memory: 16 bytes for each free of a block that an earlier chunk has.
EventSums sum_events(const EventSource& events, std::size_t tallies, const EventRange& range);

// The events until the peak of the run, its own allocation included; with `image`, until the peak
// of that process image.
EventRange until_peak(const RecordingData& data, const EventSource& events,
                      std::optional<ProcessId> image);

// What was allocated from `from` until `to` and not freed until then, exactly; of a process that
// ended in between, what it held just before. Errors: as take_snapshot; Error of usage if `to` is
// before `from`; Error if there is no event log.
Snapshot kept_between(const RecordingData& data, const EventSource& events, const Moment& from,
                      const Moment& to);

}  // namespace heaptally
