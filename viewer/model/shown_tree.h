// ShownTree: a call tree as a list of rows, of those calls that are opened.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

#include "viewer/model/calls.h"

namespace heaptally::view {

struct TreeRow {
  std::uint32_t node = 0;
  bool left_out = false;  // stands for the children of `node` that are not in the tree

  friend bool operator==(const TreeRow&, const TreeRow&) = default;
};

// Purpose: which calls are open, one is chosen, and the rows that follow from it. Another answer
//   for the same recordings keeps what was open by the ways that lead there.
// Invariant: rows() are the root's children, and those of each call that is open, below it.
// Cost: opening and closing, the rows after it.
class ShownTree {
 public:
  // Shows another answer; the first one is opened along its greatest calls to where they part:
  // where none of the callees has nearly all that its caller has.
  void show(std::shared_ptr<const Calls> calls);
  void forget() { *this = ShownTree(); }

  const Calls* calls() const { return calls_.get(); }
  const std::vector<TreeRow>& rows() const { return rows_; }
  bool is_open(std::uint32_t node) const { return open_.contains(calls_->path_hash(node)); }
  static bool can_open(const Call& call) { return call.children + call.children_left_out > 0; }

  void open(std::uint32_t node);
  void close(std::uint32_t node);
  // With all that it calls, but no more than `most` rows.
  void open_below(std::uint32_t node, std::size_t most);
  void close_all();
  // So that a call has a row.
  void open_way_to(std::uint32_t node);
  // Along the greatest callees as far as they go; returns the last.
  std::uint32_t open_hot_path(std::uint32_t node);

  std::uint32_t chosen() const { return chosen_; }  // 0: none
  void choose(std::uint32_t node) { chosen_ = node; }
  // The row of a call; rows().size() if it has none.
  std::size_t row_of(std::uint32_t node) const;
  // By so many rows, to those that stand for calls.
  void move(std::ptrdiff_t rows);
  // As the arrow keys have it: opens, or goes to the first callee; closes, or goes to the caller.
  void go_in();
  void go_out();

 private:
  void list_rows();
  void open_to_parting();
  std::uint32_t greatest_callee(std::uint32_t node) const;

  std::shared_ptr<const Calls> calls_;
  std::unordered_set<std::uint64_t> open_;  // by the hash of the way
  std::vector<TreeRow> rows_;
  std::uint32_t chosen_ = 0;
};

}  // namespace heaptally::view
