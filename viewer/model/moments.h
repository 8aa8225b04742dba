// Moments of a run that have a name: they are pointed at, compared, and given to commands.
#pragma once

#include <string>
#include <vector>

#include "core/profile/snapshot.h"
#include "viewer/model/recording.h"

namespace heaptally::view {

// The moment with the name that it has in the recording, its start, peak, end or a mark; otherwise
// a time. A snapshot is exact where a name is known that is not where only its time is.
Moment moment_of(const RecordingData& data, Nanoseconds time);

// The same as options have it: "start", "mark:loaded", "1.5s".
std::string moment_option(const RecordingData& data, Nanoseconds time);

// For people: "the peak, 1.5 s", "mark loaded, 1.5 s", "1.5 s".
std::string moment_name(const RecordingData& data, Nanoseconds time);

// A moment that the recording itself names.
struct NamedMoment {
  Moment::Kind kind = Moment::Kind::kStart;
  std::string name;
  Nanoseconds time{0};
};

// Start, peak, end and marks, in order of time.
std::vector<NamedMoment> named_moments(const RecordingData& data);

}  // namespace heaptally::view
