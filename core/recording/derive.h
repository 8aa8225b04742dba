// What an unfinished recording does not say, worked out from its timeline.
#pragma once

#include <functional>

#include "core/recording/reader.h"

namespace heaptally {

using VisitBucket = std::function<bool(const Bucket&)>;
using ForEachBucket = std::function<void(const VisitBucket&)>;

// Sums `totals` from the timeline: live_at_peak is what was live at the bucket edge
// with the greatest total; there are no lifetimes. What an image held when it ended is not in
// live_at_end: the timeline shows it as freed. The header's amounts, frees and
// moment of the peak are set to agree with them, and so are the domains; live_at_process_peak of
// others than the heap is what was live at the edge with their greatest total. Walks the timeline
// four times.
void derive_totals(const ForEachBucket& for_each_bucket, RecordingData& data);

// Whether a tally is of the domain heap: what a process has is that.
bool is_of_heap(const RecordingData& data, TallyId tally);

}  // namespace heaptally
