// The bound on samples: beyond it, pairs become one.
#pragma once

#include <cstddef>
#include <vector>

#include "core/recording/model.h"

namespace heaptally {

// Purpose: keeps at most `most` samples of a run of any length. When they are more,
//   each pair becomes one that has the greater RSS and mapped size of the two, and
//   the time and CPU time of the later; samples to come are then gathered at that pace.
// Threads: one. Invariants: rows [0, unchanged()) are as they were at mark_stored().
class SampleThinner {
 public:
  explicit SampleThinner(std::size_t most = 4096) : most_(most) {}

  void add(const Sample& sample);

  const std::vector<Sample>& rows() const { return rows_; }
  std::size_t unchanged() const { return unchanged_; }
  bool thinned() const { return thinned_; }  // stored rows must go before rows() are stored
  void mark_stored();

 private:
  void thin();

  std::size_t most_;
  std::vector<Sample> rows_;
  std::size_t stride_ = 1;   // samples to a row
  std::size_t in_last_ = 0;  // samples in rows_.back()
  std::size_t unchanged_ = 0;
  bool thinned_ = false;
};

}  // namespace heaptally
