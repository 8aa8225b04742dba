#include "viewer/model/flame.h"

#include <algorithm>
#include <utility>

namespace heaptally::view {
namespace {

// Siblings that are too narrow each, while they are gathered.
struct NarrowRun {
  double left = 0, width = 0;
  std::uint32_t node = 0;
  std::uint32_t calls = 0;
};

void flush(NarrowRun& run, std::vector<FlameBox>& boxes) {
  if (run.calls > 0 && run.width >= kNarrowestBox) {
    boxes.push_back({.left = static_cast<float>(run.left),
                     .right = static_cast<float>(run.left + run.width),
                     .node = run.node,
                     .calls = run.calls});
  }
  run = {};
}

}  // namespace

FlameWeights::FlameWeights(std::shared_ptr<const Calls> of, FlameWidths by)
    : calls(std::move(of)), widths(by) {
  by_node.reserve(calls->nodes().size());
  for (const Call& call : calls->nodes()) {
    by_node.push_back(calls->now(call) + (widths == FlameWidths::kBoth ? calls->before(call) : 0));
  }
}

FlameLayout::FlameLayout(std::shared_ptr<const FlameWeights> weights, std::uint32_t zoom,
                         float width)
    : weights_(std::move(weights)), zoom_(zoom), width_(width) {
  const std::uint64_t whole = weights_->by_node[zoom_];
  if (whole == 0 || width_ <= 0) return;
  const double scale = static_cast<double>(width_) / static_cast<double>(whole);
  add_callers();
  std::size_t first = boxes_.size() - 1;
  while (first < boxes_.size()) {
    const std::size_t last = boxes_.size();
    for (std::size_t i = first; i < last; ++i) {
      const FlameBox box = boxes_[i];
      if (box.calls == 1) add_callees(box, static_cast<double>(box.left), scale);
    }
    starts_.push_back(last);
    first = last;
  }
}

void FlameLayout::add_callers() {
  for (const std::uint32_t node : weights_->calls->path(zoom_)) {
    starts_.push_back(boxes_.size());
    boxes_.push_back({.left = 0, .right = width_, .node = node, .calls = 1});
  }
}

void FlameLayout::add_callees(const FlameBox& box, double left, double scale) {
  const Call& call = (*weights_->calls)[box.node];
  NarrowRun run;
  for (std::uint32_t i = 0; i < call.children; ++i) {
    const std::uint32_t node = call.first_child + i;
    const double width = static_cast<double>(weights_->by_node[node]) * scale;
    if (width >= kNarrowestBox) {
      flush(run, boxes_);
      boxes_.push_back({.left = static_cast<float>(left),
                        .right = static_cast<float>(left + width),
                        .node = node,
                        .calls = 1});
    } else if (width > 0) {
      if (run.calls == 0) run = {.left = left, .width = 0, .node = node, .calls = 0};
      run.width += width;
      ++run.calls;
    }
    left += width;
  }
  flush(run, boxes_);
}

const FlameBox* FlameLayout::at(float x, std::size_t row_number) const {
  if (row_number >= rows() || x < 0) return nullptr;
  const std::span<const FlameBox> boxes = row(row_number);
  const auto found = std::upper_bound(boxes.begin(), boxes.end(), x,
                                      [](float at, const FlameBox& box) { return at < box.left; });
  if (found == boxes.begin()) return nullptr;
  const FlameBox& box = *(found - 1);
  return x < box.right ? &box : nullptr;
}

const FlameBox* FlameLayout::find(std::uint32_t node) const {
  const std::size_t depth = (*weights_->calls)[node].depth;
  if (depth >= rows()) return nullptr;
  for (const FlameBox& box : row(depth)) {
    if (box.node == node && box.calls == 1) return &box;
  }
  return nullptr;
}

std::uint32_t step_from(const Calls& calls, const FlameLayout& layout, std::uint32_t node,
                        FlameStep step) {
  const FlameBox* const box = layout.find(node);
  if (box == nullptr) return layout.zoom();
  const std::size_t depth = calls[node].depth;
  if (step == FlameStep::kCaller) return calls[node].parent;
  if (step == FlameStep::kCallee) {
    if (depth + 1 >= layout.rows()) return node;
    const FlameBox* widest = nullptr;
    for (const FlameBox& each : layout.row(depth + 1)) {
      if (each.calls != 1 || calls[each.node].parent != node) continue;
      if (widest == nullptr || each.right - each.left > widest->right - widest->left)
        widest = &each;
    }
    return widest == nullptr ? node : widest->node;
  }
  const std::span<const FlameBox> row = layout.row(depth);
  auto at = static_cast<std::size_t>(box - row.data());
  while (step == FlameStep::kPrevious ? at > 0 : at + 1 < row.size()) {
    at = step == FlameStep::kPrevious ? at - 1 : at + 1;
    if (row[at].calls == 1) return row[at].node;
  }
  return node;
}

}  // namespace heaptally::view
