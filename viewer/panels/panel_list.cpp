#include "viewer/panels/panel_list.h"

namespace heaptally::view {

std::vector<std::unique_ptr<Panel>> make_panels() {
  std::vector<std::unique_ptr<Panel>> panels;
  panels.reserve(kPanels);
  panels.push_back(make_overview());
  panels.push_back(make_lines());
  panels.push_back(make_flame_graph());
  panels.push_back(make_tree());
  panels.push_back(make_source());
  panels.push_back(make_snapshots());
  panels.push_back(make_compare());
  panels.push_back(make_sizes_and_lifetimes());
  panels.push_back(make_threads_and_processes());
  return panels;
}

}  // namespace heaptally::view
