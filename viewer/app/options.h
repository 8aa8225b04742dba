// Options: the command line of heaptally-view.
#pragma once

#include <optional>
#include <string>

#include "core/profile/moment.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

struct Options {
  std::optional<std::string> file;
  std::optional<std::string> other;
  std::optional<std::string> screenshot;  // a PNG to write; then it ends
  std::optional<std::string> state;  // a file to which what is shown is written, after each change
  std::optional<PanelId> panel;
  std::optional<std::pair<Moment, Moment>> range;
  std::optional<ViewMetric> metric;
  int width = 1440, height = 900;
  std::optional<bool> dark;
};

// Nothing: help or the version was asked for, and printed; the program ends well. Errors: Error of
// usage.
std::optional<Options> parse_options(int argc, char** argv);

}  // namespace heaptally::view
