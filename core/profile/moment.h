// Moments: when in a run something is asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/recording/reader.h"

namespace heaptally {

struct Moment {
  enum class Kind { kPeak, kStart, kEnd, kTime, kShare, kMark };
  Kind kind = Kind::kPeak;
  Nanoseconds time{0};   // of kTime: since the start
  std::int32_t pid = 0;  // of kPeak: the process whose own peak it is; 0 for that of the whole tree
  std::string domain = {};  // of kPeak: the domain whose own peak it is; empty for the heap
  double share = 0;         // of kShare: of the duration of the run, from 0 to 1
  std::string mark = {};    // of kMark: its name
  std::string text = {};    // as it was given, with its option, for messages
};

// Reads "start", "peak", "peak:PID", "peak-of:DOMAIN", "end", "mark:NAME", a share of the run such
// as 40%, or a time since the start: 1.5, 1.5s, 250ms, 2m, 1m30s; units are ns, us, ms, s, m and h,
// seconds if there is none. Errors: Error of usage that names `option`.
Moment parse_moment(std::string_view text, std::string_view option = "--at");
// A time such as 1.5, 250ms or 1m30s. Nothing: the text is none.
std::optional<Nanoseconds> read_duration(std::string_view text);
// Reads a stretch of time, like a time above. Errors: Error of usage that names `option`.
Nanoseconds parse_duration(std::string_view text, std::string_view option);
std::string_view name_of(Moment::Kind kind);  // "peak", "start", "end", "time", "share", "mark"

// The duration of the run; of an unfinished recording, as far as it was sampled.
Nanoseconds run_time(const RecordingData& data);

// The moment with its time, of the kinds that have one: a share, a mark. Errors: Error of usage for
// a time after the end, and for a mark that does not exist.
Moment resolve(const RecordingData& data, Moment moment);
// Whether a moment that was resolved is the end of the run.
bool is_end(const RecordingData& data, const Moment& moment);

// Errors: Error of usage if `to` comes before `from`.
void require_order(const Moment& from, Nanoseconds from_time, const Moment& to,
                   Nanoseconds to_time);

}  // namespace heaptally
