// Flame: where the boxes of a flame graph lie.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "viewer/model/calls.h"

namespace heaptally::view {

// What a box is as wide as. Of two snapshots: what it comes to in the newer one, or both added up.
// (The greater of both would not do: a call's callees could be wider than the call.)
enum class FlameWidths : std::uint8_t { kNow, kBoth };

// How wide each call is, in bytes or blocks: beside each other, as layouts read all of them.
struct FlameWeights {
  FlameWeights(std::shared_ptr<const Calls> of, FlameWidths by);

  std::shared_ptr<const Calls> calls;
  FlameWidths widths;
  std::vector<std::uint64_t> by_node;
};

// Narrower boxes are not drawn; neighbours that are, are drawn as one.
inline constexpr float kNarrowestBox = 0.5F;

struct FlameBox {
  float left = 0, right = 0;  // in pixels
  std::uint32_t node = 0;     // the first, where it stands for several
  std::uint32_t calls = 1;    // for how many siblings it stands; several have no boxes below
};

// Purpose: the boxes of a flame graph that can be seen at one zoom and one width, row by row; the
//   root is the first row. Above the box that is zoomed to are its callers, each as wide as all.
// Invariants: boxes of a row are from left to right, without overlap, and below their caller's.
// Cost: of making it, the children of the boxes that can be seen.
class FlameLayout {
 public:
  FlameLayout() = default;
  FlameLayout(std::shared_ptr<const FlameWeights> weights, std::uint32_t zoom, float width);

  std::size_t rows() const { return starts_.empty() ? 0 : starts_.size() - 1; }
  std::span<const FlameBox> row(std::size_t row) const {
    return std::span(boxes_).subspan(starts_[row], starts_[row + 1] - starts_[row]);
  }
  const std::vector<FlameBox>& boxes() const { return boxes_; }
  // The number of a row's first box.
  std::size_t start(std::size_t row) const { return starts_[row]; }
  // What it is made of; null: nothing yet.
  const FlameWeights* weights() const { return weights_.get(); }
  std::uint32_t zoom() const { return zoom_; }
  float width() const { return width_; }

  // The box at a position of a row; none if there is none.
  const FlameBox* at(float x, std::size_t row) const;
  // The box that stands for this call alone; none if it cannot be seen.
  const FlameBox* find(std::uint32_t node) const;

 private:
  void add_callers();
  void add_callees(const FlameBox& box, double left, double scale);

  std::shared_ptr<const FlameWeights> weights_;
  std::uint32_t zoom_ = 0;
  float width_ = 0;
  std::vector<FlameBox> boxes_;
  std::vector<std::size_t> starts_;  // by row, into boxes_; one more than there are rows
};

enum class FlameStep : std::uint8_t { kCaller, kCallee, kPrevious, kNext };

// Where a key leads from a box: to its caller, its widest callee, or the box beside it in its row;
// to itself if there is none. From a call that cannot be seen to the one that is zoomed to.
std::uint32_t step_from(const Calls& calls, const FlameLayout& layout, std::uint32_t node,
                        FlameStep step);

}  // namespace heaptally::view
