#include "viewer/model/shown_tree.h"

#include <algorithm>
#include <utility>

namespace heaptally::view {

void ShownTree::show(std::shared_ptr<const Calls> calls) {
  if (calls == calls_) return;
  const std::uint64_t chosen = chosen_ == 0 ? 0 : calls_->path_hash(chosen_);
  const bool is_first = calls_ == nullptr;
  const bool is_turned =
      !is_first && (calls_->question().bottom_up != calls->question().bottom_up ||
                    calls_->question().group != calls->question().group);
  calls_ = std::move(calls);
  chosen_ = calls_->find(chosen);
  // Ways of another kind of tree are none of this one.
  if (is_turned) open_.clear();
  if (open_.empty()) open_to_parting();
  list_rows();
}

void ShownTree::open_to_parting() {
  constexpr double kNearlyAll = 0.9;
  for (std::uint32_t node = 0;;) {
    const Call& call = (*calls_)[node];
    open_.insert(calls_->path_hash(node));
    if (call.children == 0) break;
    const std::uint32_t child = greatest_callee(node);
    const auto all = static_cast<double>(calls_->now(call));
    if (static_cast<double>(calls_->now((*calls_)[child])) < kNearlyAll * all) break;
    node = child;
  }
}

std::uint32_t ShownTree::greatest_callee(std::uint32_t node) const {
  const Call& call = (*calls_)[node];
  std::uint32_t greatest = call.first_child;
  for (std::uint32_t i = 1; i < call.children; ++i) {
    const std::uint32_t child = call.first_child + i;
    if (calls_->now((*calls_)[child]) > calls_->now((*calls_)[greatest])) greatest = child;
  }
  return greatest;
}

void ShownTree::list_rows() {
  rows_.clear();
  // A call whose children are listed, or which has some that were left out.
  struct Open {
    std::uint32_t node, next;
  };
  std::vector<Open> open = {{0, 0}};
  while (!open.empty()) {
    auto& [node, next] = open.back();
    const Call& call = (*calls_)[node];
    if (next == call.children) {
      if (call.children_left_out > 0) rows_.push_back({.node = node, .left_out = true});
      open.pop_back();
      continue;
    }
    const std::uint32_t child = call.first_child + next++;
    rows_.push_back({.node = child, .left_out = false});
    if (can_open((*calls_)[child]) && is_open(child)) open.push_back({child, 0});
  }
}

void ShownTree::open(std::uint32_t node) {
  if (open_.insert(calls_->path_hash(node)).second) list_rows();
}

void ShownTree::close(std::uint32_t node) {
  if (open_.erase(calls_->path_hash(node)) == 0) return;
  list_rows();
  // What is chosen stays in sight.
  for (std::uint32_t each = chosen_; each != 0; each = (*calls_)[each].parent) {
    if ((*calls_)[each].parent == node) chosen_ = node;
  }
}

void ShownTree::close_all() {
  open_.clear();
  open_.insert(calls_->path_hash(0));
  while (chosen_ != 0 && (*calls_)[chosen_].parent != 0) chosen_ = (*calls_)[chosen_].parent;
  list_rows();
}

void ShownTree::open_below(std::uint32_t node, std::size_t most) {
  std::vector<std::uint32_t> next = {node};
  std::size_t rows = 0;
  for (std::size_t i = 0; i < next.size() && rows < most; ++i) {
    const Call& call = (*calls_)[next[i]];
    if (!can_open(call)) continue;
    open_.insert(calls_->path_hash(next[i]));
    rows += call.children;
    for (std::uint32_t k = 0; k < call.children; ++k) next.push_back(call.first_child + k);
  }
  list_rows();
}

void ShownTree::open_way_to(std::uint32_t node) {
  bool changed = false;
  while (node != 0) {
    node = (*calls_)[node].parent;
    changed |= open_.insert(calls_->path_hash(node)).second;
  }
  if (changed) list_rows();
}

std::uint32_t ShownTree::open_hot_path(std::uint32_t node) {
  open_way_to(node);
  while (true) {
    const Call& call = (*calls_)[node];
    if (call.children == 0) break;
    open_.insert(calls_->path_hash(node));
    const std::uint32_t greatest = greatest_callee(node);
    // More is allocated here than any of the callees has.
    if (calls_->in_unit(call.self.after) > calls_->now((*calls_)[greatest])) break;
    node = greatest;
  }
  list_rows();
  chosen_ = node;
  return node;
}

std::size_t ShownTree::row_of(std::uint32_t node) const {
  const TreeRow wanted = {.node = node, .left_out = false};
  return static_cast<std::size_t>(std::find(rows_.begin(), rows_.end(), wanted) - rows_.begin());
}

void ShownTree::move(std::ptrdiff_t by) {
  if (rows_.empty()) return;
  const auto last = static_cast<std::ptrdiff_t>(rows_.size()) - 1;
  const std::size_t found = chosen_ == 0 ? rows_.size() : row_of(chosen_);
  std::ptrdiff_t row =
      found == rows_.size() ? (by > 0 ? -1 : 0) : static_cast<std::ptrdiff_t>(found);
  row = std::clamp<std::ptrdiff_t>(row + by, 0, last);
  const auto is_call = [&](std::ptrdiff_t at) {
    return !rows_[static_cast<std::size_t>(at)].left_out;
  };
  while (!is_call(row) && (by > 0 ? row < last : row > 0)) row += by > 0 ? 1 : -1;
  while (!is_call(row) && row > 0) --row;
  if (is_call(row)) chosen_ = rows_[static_cast<std::size_t>(row)].node;
}

void ShownTree::go_in() {
  if (chosen_ == 0) {
    move(1);
    return;
  }
  const Call& call = (*calls_)[chosen_];
  if (!can_open(call)) return;
  if (!is_open(chosen_)) {
    open(chosen_);
  } else if (call.children > 0) {
    chosen_ = call.first_child;
  }
}

void ShownTree::go_out() {
  if (chosen_ == 0) return;
  if (is_open(chosen_) && can_open((*calls_)[chosen_])) {
    close(chosen_);
  } else if ((*calls_)[chosen_].parent != 0) {
    chosen_ = (*calls_)[chosen_].parent;
  }
}

}  // namespace heaptally::view
