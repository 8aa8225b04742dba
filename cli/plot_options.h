// What the commands that draw plots in a terminal have in common.
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "core/report/plot.h"

namespace heaptally {

// How large something is drawn, and with what; as given.
struct PlotOptions {
  std::optional<std::string> width, height;
  bool blocks = false;

  // Errors, here and below: Error of usage.
  std::size_t width_or(std::size_t usual, std::size_t least, std::size_t most) const;
  std::size_t height_or(std::size_t usual, std::size_t least, std::size_t most) const;

  // Of a plot in a terminal: as wide as it is, or 80.
  std::size_t characters() const;
  std::size_t lines(std::size_t usual) const { return height_or(usual, 2, 200); }
  PlotDots dots() const;
};

}  // namespace heaptally
