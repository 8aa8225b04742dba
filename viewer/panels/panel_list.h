// The panels, a file each.
#pragma once
#include <memory>

#include "viewer/panels/view.h"

namespace heaptally::view {

std::unique_ptr<Panel> make_overview();
std::unique_ptr<Panel> make_lines();
std::unique_ptr<Panel> make_flame_graph();
std::unique_ptr<Panel> make_tree();
std::unique_ptr<Panel> make_source();
std::unique_ptr<Panel> make_snapshots();
std::unique_ptr<Panel> make_compare();
std::unique_ptr<Panel> make_sizes_and_lifetimes();
std::unique_ptr<Panel> make_threads_and_processes();

// Into all that is left of the current window: how the other recording differs from this one, call
// by call; a part of the panel that compares. Only called while both are open.
void draw_difference_flame(View& view);
// What it shows, for tests and scripts.
void tell_difference_flame(const View& view, nlohmann::json& state);

}  // namespace heaptally::view
