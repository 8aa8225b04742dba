// The timeline: always in sight, above the panels.
#pragma once

#include <memory>

#include "viewer/panels/view.h"

namespace heaptally::view {

// Purpose: live heap, RSS and allocation rate over the run, with marks and the peak; here the range
//   is chosen by dragging.
class Timeline {
 public:
  Timeline();
  ~Timeline();

  void draw(View& view, float height);
  void forget();
  void tell_state(const View& view, nlohmann::json& state) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heaptally::view
