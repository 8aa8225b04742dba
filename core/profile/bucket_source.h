// BucketSource: where the timeline comes from.
#pragma once

#include <functional>
#include <utility>

#include "core/recording/reader.h"

namespace heaptally {

class TimelineIndex;

using BucketVisitor = std::function<bool(const Bucket&)>;

// Calls a visitor with each bucket in order of time while it returns true.
class BucketSource {
 public:
  using Visit = std::function<void(const BucketVisitor&)>;
  using VisitAfter = std::function<void(Nanoseconds moment, const BucketVisitor&)>;
  using IsLate = std::function<bool(Nanoseconds moment)>;

  // One that is read from its beginning.
  template <class Function>
  requires std::is_invocable_v<Function&, const BucketVisitor&> BucketSource(Function visit)
      : visit_(std::move(visit)) {}
  // `after`: the buckets that end after a moment, and perhaps some before. `is_late`: whether those
  // are less to read than the others.
  BucketSource(Visit visit, VisitAfter after, IsLate is_late)
      : visit_(std::move(visit)), after_(std::move(after)), is_late_(std::move(is_late)) {}
  // One that is held in memory, and must outlive this: who asks it for sums needs no buckets.
  BucketSource(const TimelineIndex& index);
  // The same where the index may have to be waited for: `index` is called once it is needed.
  using Index = std::function<const TimelineIndex&()>;
  static BucketSource of(Index index);

  void operator()(const BucketVisitor& visit) const { visit_(visit); }
  bool is_late(Nanoseconds moment) const { return is_late_ && is_late_(moment); }
  // Where is_late().
  void after(Nanoseconds moment, const BucketVisitor& visit) const { after_(moment, visit); }
  // Null if it is not held in memory.
  const TimelineIndex* index() const { return index_ ? &index_() : nullptr; }

 private:
  Visit visit_;
  VisitAfter after_;
  IsLate is_late_;
  Index index_;
};

// The reader must outlive it.
inline BucketSource timeline_of(RecordingReader& reader) {
  return {[&reader](const BucketVisitor& visit) { reader.for_each_bucket(visit); },
          [&reader](Nanoseconds moment, const BucketVisitor& visit) {
            reader.for_each_bucket_after(moment, visit);
          },
          [&reader](Nanoseconds moment) { return reader.is_late(moment); }};
}

}  // namespace heaptally
