// FlameView: a flame graph with its controls.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "viewer/model/flame.h"
#include "viewer/panels/call_search.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// Purpose: the calls of the selection as boxes, root at the top; drawn by the panel of that name
//   and, as a graph of differences, by the one that compares recordings.
// Threads: that of the window.
class FlameView {
 public:
  // `always_compares`: with the other recording; otherwise the user chooses.
  explicit FlameView(bool always_compares);

  // Into all that is left of the current window.
  void draw(View& view);
  void forget();
  void tell_state(const View& view, nlohmann::json& state) const;
  std::string command(const View& view) const;

  // A call is asked for by tests; 0 is the root.
  std::uint32_t zoom() const { return layout_.zoom(); }
  std::uint32_t focused() const { return focused_; }
  const Calls* calls() const { return calls_.get(); }
  const FlameLayout& layout() const { return layout_; }
  // Where the boxes were drawn: the left end of the first row, and the height of rows.
  struct Place {
    float x = 0, y = 0, row_height = 0;
  };
  const Place& drawn_at() const { return drawn_at_; }

 private:
  struct Crumb {
    std::uint32_t node;
    std::string name;
  };

  bool ask(View& view);
  void take(std::shared_ptr<const Calls> calls);
  void draw_controls(View& view);
  static void draw_legend(const View& view);
  void draw_path(View& view);
  void draw_canvas(View& view);
  void draw_rows(View& view);
  void draw_row(std::size_t row, float x, float y);
  void draw_label(std::size_t number, float x, float y);
  void draw_outline(std::uint32_t node, Colour32 colour, float thickness) const;
  void colour_boxes(const View& view);
  Colour32 fill_of(const View& view, const FlameBox& box) const;
  void lay_out(float width);
  void list_crumbs(float width);
  void follow_pointer(View& view);
  static void tooltip_of_several(std::uint32_t calls);
  void follow_keys(View& view);
  void zoom_to(std::uint32_t node);
  void zoom_out(std::uint32_t node);
  void focus(std::uint32_t node, bool scrolls);

  const bool always_compares_;
  Slot<CallsQuestion, Calls> slot_;
  std::shared_ptr<const Calls> calls_;
  CallSearch search_;
  bool is_current_ = false;
  Group group_ = Group::kFunction;
  bool bottom_up_ = false;
  bool compares_ = false;
  FlameWidths widths_ = FlameWidths::kNow;
  std::vector<std::uint32_t> zooms_;  // the way back from the box that is zoomed to
  std::uint32_t zoom_ = 0;
  std::uint32_t focused_ = 0;
  std::uint32_t hovered_ = 0;  // 0: none
  std::uint32_t menu_ = 0;     // of which the context menu is
  FlameLayout layout_;
  std::shared_ptr<const FlameWeights> weights_;
  std::vector<Colour32> fills_;                   // by box of the layout, as of `coloured_`
  std::pair<const CallMatches*, bool> coloured_;  // what was searched for; whether it was dark
  std::vector<std::string> labels_;               // by box of the layout, as far as they were drawn
  std::vector<bool> has_label_;
  std::vector<Crumb> crumbs_;
  Place drawn_at_;
  bool scrolls_to_focus_ = false;
  bool takes_focus_ = false;
  int last_frame_ = -2;
};

}  // namespace heaptally::view
