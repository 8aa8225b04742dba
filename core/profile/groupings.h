// Groupings: what statistics need of a profile whatever is asked of it, worked out once.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/profile/keys.h"

namespace heaptally {

// Purpose: for each trace the keys that its frame adds to those of its callers, so that cumulative
//   statistics are one pass over the traces, not one over the stack of each.
// Lifetime: needs nothing once made. Threads: immutable once made.
// Invariant: the distinct keys of a stack, frames that were cut off left out, are those that its
//   trace and the trace's callers enter; no key twice.
class EnteredKeys {
 public:
  EnteredKeys(const RecordingData& data, const Places& places, const PlaceKeys& keys);

  std::span<const std::uint32_t> of(TraceId trace) const {
    const Range& range = ranges_[index_of(trace)];
    return {keys_.data() + range.first, range.count};
  }

 private:
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  std::vector<Range> ranges_;  // by trace, into keys_
  std::vector<std::uint32_t> keys_;
};

// Purpose: the numberings of a profile, each made as it is first asked for.
// Owner: a Profile. Lifetime: `data` and `places` must outlive it. Threads: any at a time.
// Errors: Error of usage for a group that is not by place.
class Groupings {
 public:
  Groupings(const RecordingData& data, const Places& places) : data_(data), places_(places) {}

  const PlaceKeys& places(Group group) const;
  const EnteredKeys& entered(Group group) const;
  const TracebackKeys& tracebacks() const;

 private:
  // Made under the flag, and not changed after it.
  template <class Value>
  struct Lazy {
    std::once_flag once;
    std::optional<Value> value;
  };
  static constexpr std::size_t kGroupsByPlace = 4;

  const RecordingData& data_;
  const Places& places_;
  mutable std::array<Lazy<PlaceKeys>, kGroupsByPlace> keys_;
  mutable std::array<Lazy<EnteredKeys>, kGroupsByPlace> entered_;
  mutable Lazy<TracebackKeys> tracebacks_;
};

}  // namespace heaptally
