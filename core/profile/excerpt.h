// Excerpts: a recording cut down to what can be taken along, as in a page that one can mail.
#pragma once

#include <cstdint>
#include <vector>

#include "core/profile/statistics.h"

namespace heaptally {

// A call. Node 0 is the root, of which the place means nothing.
struct ExcerptNode {
  std::uint32_t parent = 0;
  PlaceId place{};         // nothing where `folded`
  bool folded = false;     // stands for sites that are too small to have a line of their own
  bool shortened = false;  // calls between it and its parent were left out
};

// What ends at a node: the traces whose allocation site it is.
struct ExcerptRow {
  std::uint32_t node = 0;
  Amount peak, end, total, temporary;
};

struct ExcerptDelta {
  std::uint32_t row = 0;
  Amount allocated, freed, temporary;
};

struct ExcerptBucket {
  Nanoseconds end{0};  // begins where the one before ends, the first one at 0
  std::uint64_t max_live_bytes = 0;
  std::vector<ExcerptDelta> deltas;  // ascending by row
};

struct ExcerptShape {
  std::size_t buckets = 512;
  // Calls and sites that never come to this share of anything (of the peak, of what was live at
  // any time, of all allocations, by size and by count, of what was left at the end, of temporary
  // ones) lose their place in the tree: what they allocated is charged to the same line still, or
  // where that is as small to a node for all such, but their way there is cut short.
  double least_share = 0.001;
};

// Amounts are exact: all that the query keeps is in some row, and in some bucket.
struct Excerpt {
  std::vector<ExcerptNode> nodes;  // parents before their children
  std::vector<ExcerptRow> rows;    // a node each
  std::vector<ExcerptBucket> buckets;
  std::vector<Mark> marks;             // across which no bucket has any deltas
  Amount peak, end, total, temporary;  // sums of the rows
  std::size_t traces = 0;              // that the query keeps
  std::size_t shortened_traces = 0;    // and of those, whose way was cut short
};

// Of `query` the filters count. Errors: as kept_tallies.
Excerpt excerpt(const Profile& profile, const BucketSource& buckets, const Query& query,
                const ExcerptShape& shape);

}  // namespace heaptally
