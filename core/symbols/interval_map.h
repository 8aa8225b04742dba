// Which of many, possibly nested, address ranges an address belongs to.
#pragma once

#include <cstdint>
#include <vector>

namespace heaptally {

// Half-open address ranges; a range without addresses is ignored wherever one is given.
struct AddressRange {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  bool contains(std::uint64_t address) const { return low <= address && address < high; }
};

// Purpose: flattens ranges that may nest or overlap into disjoint segments, so that a
//   lookup is one binary search. Where ranges overlap the deepest wins; among equally
//   deep ones the one that starts last; among those the smallest value.
// Threads: none of its own. Invariant: after build(), segments_ is sorted by start,
//   neighbours have different values, and the last one has kNone.
class IntervalMap {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  // A maximal run of addresses with one answer.
  struct Segment {
    std::uint64_t start = 0;
    std::uint32_t value = kNone;
  };

  void add(AddressRange range, std::uint32_t value, std::uint32_t depth = 0);
  // Called once, after the last add() and before the first find().
  void build();
  Segment find(std::uint64_t address) const;
  bool empty() const { return segments_.empty(); }

 private:
  struct Range {
    AddressRange at;
    std::uint32_t value;
    std::uint32_t depth;
  };

  void emit(std::uint64_t start, std::uint32_t value);

  std::vector<Range> ranges_;  // empty after build()
  std::vector<Segment> segments_;
};

}  // namespace heaptally
