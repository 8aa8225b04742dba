// Leaks: what was allocated and never freed, or not freed by a later moment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/profile/event_source.h"
#include "core/profile/mark_leaks.h"
#include "core/profile/profile.h"
#include "core/profile/snapshot.h"

namespace heaptally {

// A pattern that LeakSanitizer would take, and what it kept from being shown.
struct Suppressed {
  std::string pattern;
  Amount amount;
};

struct Leaks {
  // Of live blocks at the end, or at the moment asked for; if `from` is set, of those allocated
  // since `from_time`.
  Snapshot snapshot;
  std::vector<Suppressed> suppressed;  // a pattern each, in the order they were given
};

// From when on blocks were allocated, and by when they were not freed; the start and the end if
// nothing is given.
struct LeakRange {
  std::optional<Moment> from;
  std::optional<Moment> to;
};

// To the end: what each process image held just before it ended, all of it, or what was allocated
// since `from`, taken back to the last edge of a bucket of the timeline (see take_snapshot); exact
// at that edge. To a mark: from the start or another mark, see leaked_between_marks. Other ranges
// only an event log knows, which is of the heap.
// Blocks of traces that a pattern matches are counted as suppressed instead. Whether a pointer to
// a block was left is not known. Of what was suppressed, that in `domains` is told (see
// tasks_in_domains, also for its errors). Errors: as take_snapshot for kTotal and
// leaked_between_marks; Error of usage for a range that is not known; Error if the recording does
// not tell when blocks were allocated: of an earlier version of heaptally, or not finished.
Leaks find_leaks(const RecordingData& data, const BucketSource& buckets,
                 const CrossingSource& crossings, const LeakRange& range,
                 const std::vector<std::string>& patterns,
                 const std::vector<std::string>& domains = {}, const EventSource& events = {});

}  // namespace heaptally
