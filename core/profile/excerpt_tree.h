// ExcerptTree: the calls of an excerpt while it is made.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/id_map.h"
#include "core/profile/excerpt.h"
#include "core/profile/kept.h"

namespace heaptally {

// By tally of the recording, what it comes to; and the most that it ever held.
struct TallyMeasures {
  static constexpr std::size_t kCount = 6;
  std::array<std::uint64_t, kCount> values{};

  TallyMeasures& operator+=(const TallyMeasures& other) {
    for (std::size_t i = 0; i < kCount; ++i) values[i] += other.values[i];
    return *this;
  }
  // Whether any is at least this share of what all come to.
  bool is_share_of(const TallyMeasures& whole, double share) const;
};

// Purpose: the ways to the allocation sites of a recording, whole; and what is left of them where
//   the small ones are cut short. Threads: immutable once made.
class ExcerptTree {
 public:
  // `measures`: by trace. `counts`: by trace, whether it is to be in the tree.
  ExcerptTree(const Profile& profile, const std::vector<TallyMeasures>& measures,
              const std::vector<bool>& counts, double least_share);

  const std::vector<ExcerptNode>& nodes() const { return nodes_; }
  // Of a trace that counts.
  std::uint32_t node_of(TraceId trace) const { return node_of_trace_[index_of(trace)]; }
  std::size_t shortened_traces() const { return shortened_traces_; }

 private:
  struct WholeNode {
    std::uint32_t parent = 0;
    PlaceId place{};
  };

  void grow(const Profile& profile, const std::vector<bool>& counts);
  void cut(const Profile& profile, const std::vector<TallyMeasures>& measures,
           const std::vector<bool>& counts, double least_share);
  std::uint32_t whole_child(std::uint32_t node, PlaceId place);
  std::uint32_t child(std::uint32_t node, PlaceId place, bool folded);

  std::vector<WholeNode> whole_{1};
  IdMap whole_ids_;  // by parent and place
  std::vector<std::uint32_t> whole_of_trace_;
  std::vector<ExcerptNode> nodes_{1};
  IdMap ids_;
  std::vector<std::uint32_t> node_of_trace_;
  std::size_t shortened_traces_ = 0;
};

}  // namespace heaptally
