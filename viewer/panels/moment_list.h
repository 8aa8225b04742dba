// MomentList: the moments that can be compared, to choose A and B from.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "viewer/model/moments.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// Purpose: what the user kept, then what the recording itself names; each with what was live.
// Owner: the snapshots' panel. Threads: that of the window.
class MomentList {
 public:
  // Fills the current window. `has_keys`: arrows and Delete are for it.
  void draw(View& view, bool has_keys);
  void forget();
  void tell_state(const View& view, nlohmann::json& state) const;
  // A line each: time, what was live if that is known, name.
  std::string as_text(const View& view) const;

 private:
  struct Row {
    std::string name;
    Nanoseconds time{0};
    std::optional<std::size_t> kept;  // its place in View::kept
  };

  std::size_t rows(const View& view) const { return view.kept.size() + named_.size(); }
  Row row_of(const View& view, std::size_t index) const;
  void take_names(const View& view);
  std::string live_text(Nanoseconds time) const;
  void draw_row(View& view, std::size_t index);
  void draw_choice(View& view, const char* label, std::optional<Nanoseconds>& chosen,
                   Nanoseconds usual, Nanoseconds time) const;
  void draw_menu(View& view);
  void draw_rename(View& view);
  void do_keys(View& view);
  void remove(View& view, std::size_t kept);
  static void go_to(View& view, Nanoseconds time);

  std::shared_ptr<const Recording> named_of_;
  std::vector<NamedMoment> named_;
  Slot<Selection, HeapTimeline> heap_;
  std::shared_ptr<const HeapTimeline> known_;
  std::size_t chosen_ = ~std::size_t{0};
  bool opens_menu_ = false, opens_rename_ = false;
  std::string new_name_;
};

// The moments that are compared: those that were dropped, or the start and the end.
Nanoseconds moment_a(const View& view);
Nanoseconds moment_b(const View& view);
// The range between them; nothing if they are one.
std::optional<TimeSpan> span_of_a_and_b(const View& view);

}  // namespace heaptally::view
