// PeakPyramid: where in a long row of numbers the greatest of a part of it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heaptally::view {

// Purpose: plots of millions of numbers, one question a column of pixels.
// Cost: made in one pass, in as much memory as the numbers take; a question takes a few steps for
//   each time that the part's length doubles.
// Threads: immutable once made.
class PeakPyramid {
 public:
  PeakPyramid() = default;
  explicit PeakPyramid(std::vector<std::uint64_t> values);

  std::size_t size() const { return values_.size(); }
  std::uint64_t operator[](std::size_t index) const { return values_[index]; }
  // The first of the greatest of [from, to), which must not be empty and end at size() at most.
  std::size_t highest(std::size_t from, std::size_t to) const;
  // Its value; 0 for a part that is empty.
  std::uint64_t most(std::size_t from, std::size_t to) const;

 private:
  std::size_t higher(std::size_t a, std::size_t b) const;

  std::vector<std::uint64_t> values_;
  // levels_[k][i] is the index of the greatest of the values [i << (k + 1), (i + 1) << (k + 1)).
  std::vector<std::vector<std::uint32_t>> levels_;
};

}  // namespace heaptally::view
