// DifferenceTable: what changed, row by row, as the panels of snapshots and of comparisons show it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "viewer/model/differences.h"
#include "viewer/panels/rows.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// Purpose: asks for differences, and shows them in the order and of the group that the user likes.
// Owner: a panel. Threads: that of the window.
class DifferenceTable {
 public:
  // What rows to show, on a line above the table.
  void draw_tools(View& view);
  // The table, down to the end of the window. The group of `question` is this object's. `has_keys`:
  // arrows and Enter are for it.
  void draw(View& view, DifferenceQuestion question, bool has_keys = true);
  void forget();

  std::optional<Table> table() const;
  std::string command() const;
  void tell_state(nlohmann::json& state) const;

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  struct OrderQuestion {
    std::shared_ptr<const Differences> differences;
    DifferenceOrder order;

    friend bool operator==(const OrderQuestion&, const OrderQuestion&) = default;
  };
  struct Shown {
    std::shared_ptr<const Differences> differences;
    std::vector<std::uint32_t> rows;
  };
  // What was laid out of a row.
  struct Cells {
    std::array<std::string, kDifferenceColumns> texts;
    std::string place;  // as it fits
    float width = 0;    // for which it was fitted
  };

  void ask(View& view, const DifferenceQuestion& question);
  void draw_summary(const View& view) const;
  void draw_rows(View& view);
  void set_up_columns();
  void read_sort();
  bool draw_row(View& view, std::size_t shown);
  void draw_cell(const View& view, std::uint32_t row, DifferenceColumn column, Cells& cells) const;
  void do_keys(View& view);
  Cells& cells_of(std::uint32_t row);
  void show_source(View& view, std::uint32_t row) const;

  Group group_ = Group::kLine;
  DifferenceOrder order_;
  Slot<DifferenceQuestion, Differences> differences_;
  Slot<OrderQuestion, Shown> ordered_;
  Slot<OrderQuestion, Shown>::Shown shown_;
  std::shared_ptr<const Shown> laid_out_;
  std::unordered_map<std::uint32_t, Cells> cells_;
  std::size_t chosen_ = kNone;
  std::size_t page_ = 1;
  bool scrolls_ = false;
};

}  // namespace heaptally::view
