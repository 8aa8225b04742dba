// CrossingTable: which blocks outlived a mark, and left before the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/id_map.h"
#include "core/recording/model.h"

namespace heaptally {

// Purpose: adds up what is freed, by the two marks between which it was allocated (its generation)
//   and the two between which it was freed, unless these are the same; and what process images
//   hold as they end. With the timeline that tells what was allocated from any mark on and not
//   freed by any later one, without a word more for each block: its birth says its generation.
// Memory: an entry for each pair of a generation and a tally in which anything was freed since the
//   latest mark: no more than there were blocks live at it. A recording keeps kMost entries; from
//   the interval on that would exceed them none are kept, and end() tells when that began.
// Threads: one at a time.
class CrossingTable {
 public:
  static constexpr std::size_t kMost = std::size_t{1} << 21;

  explicit CrossingTable(std::size_t most = kMost) : most_(most) {}

  // What was born before this has crossed a mark. Nothing has, once no more are kept.
  Nanoseconds latest() const { return latest_; }

  // A block that was born before latest() is freed; of a mapping a part, which counts with the
  // last.
  void add_freed(Nanoseconds birth, TallyId tally, Amount amount);
  // A block is live as its process image ends, whenever it was born.
  void add_ended(TallyId tally, Amount amount);

  // A mark: what follows is of a new generation, and born at `time` or later. Returns what was
  // added since the mark before.
  std::vector<Crossing> begin(Nanoseconds time);

  // The mark from which on nothing was kept, if there is one.
  std::optional<Nanoseconds> end() const { return end_; }
  // How many marks came after it: what leaked until them is not known.
  std::uint64_t marks_after_end() const { return marks_after_end_; }

 private:
  struct Entry {
    std::uint32_t generation = 0;
    TallyId tally{};
    Amount amount;
  };
  // Of a tally, what process images held. Ordered after all others.
  static constexpr std::uint32_t kEnded = ~std::uint32_t{0};

  std::uint32_t generation_of(Nanoseconds birth) const;
  void add(std::uint32_t generation, TallyId tally, Amount amount);
  void give_up();

  std::size_t most_;
  Nanoseconds latest_{0};
  std::vector<Nanoseconds> begins_{Nanoseconds{0}};  // of the generations
  std::vector<Entry> entries_;                       // since the latest mark
  IdMap ids_;                                        // their places, by generation and tally
  std::size_t kept_ = 0;                             // in all, but for those of now
  std::optional<Nanoseconds> end_;
  std::uint64_t marks_after_end_ = 0;
};

}  // namespace heaptally
