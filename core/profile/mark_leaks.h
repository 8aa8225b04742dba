// What leaked between two marks.
#pragma once

#include <functional>

#include "core/profile/snapshot.h"

namespace heaptally {

// Where it comes from what crossed marks: calls the visitor with each crossing, in order of the
// stretches in which the blocks were freed, while it returns true.
using CrossingVisitor = std::function<bool(const Crossing&)>;
using CrossingSource = std::function<void(const CrossingVisitor&)>;

// Whether the moment, which was resolved, is the start of the run or the moment of a mark.
bool is_mark(const RecordingData& data, const Moment& moment);

// What was allocated from `from` on and not freed by `to`, exactly: both are the start or marks
// (see is_mark), resolved. What a process image held as it ended in between counts: it was never
// freed. Errors: Error of usage if `to` is before `from`; Error if the recording does not tell: of
// an earlier version of heaptally, or more crossed its marks than a recording keeps.
Snapshot leaked_between_marks(const RecordingData& data, const BucketSource& buckets,
                              const CrossingSource& crossings, const Moment& from,
                              const Moment& to);

}  // namespace heaptally
