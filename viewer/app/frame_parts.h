// What is around the panels: tabs, status bar, help, and what stands in for a recording.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "viewer/app/loader.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// A tab for each panel, with the key that shows it.
void draw_tab_row(View& view);

// The keys, by menu. `shows` becomes false when it is closed.
void draw_help(View& view, bool& shows);

// The progress of a load. Returns whether it is to be cancelled.
bool draw_loading(View& view, const Loader& loader);

// In place of panels: why there is nothing, what to do, and what was open lately, of which one may
// be chosen.
std::optional<std::filesystem::path> draw_nothing_open(View& view, const std::string& problem);

// Purpose: the line at the bottom: what happened last, or else what exactly is shown.
class StatusBar {
 public:
  void draw(View& view);
  void forget() { line_.forget(); }
  void tell_state(nlohmann::json& state) const;

 private:
  struct Line {
    std::string phrase;
    bool is_incomplete = false;
  };

  Slot<Selection, Line> line_;
  std::string shown_;
};

}  // namespace heaptally::view
