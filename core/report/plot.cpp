#include "core/report/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 9> kBlocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

std::size_t steps_in_cell(PlotDots dots) { return dots == PlotDots::kBraille ? 4 : 8; }

// How many of `steps` a value is high; something is one at least.
std::size_t steps_of(std::uint64_t value, std::uint64_t top, std::size_t steps) {
  if (value == 0 || top == 0) return 0;
  const double share = static_cast<double>(value) / static_cast<double>(top);
  const auto exact = std::llround(share * static_cast<double>(steps));
  return std::clamp<std::size_t>(static_cast<std::size_t>(exact), 1, steps);
}

// A character of a plot, and whether it belongs to the line rather than to the area.
struct Cell {
  std::string text;
  bool of_line = false;
};

// The braille character with these dots: bit 2 * row + column, rows from the top.
std::string braille(unsigned dots) {
  constexpr std::array<unsigned, 8> kBits = {0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80};
  unsigned pattern = 0;
  for (std::size_t i = 0; i < kBits.size(); ++i) {
    if ((dots >> i & 1) != 0) pattern |= kBits[i];
  }
  if (pattern == 0) return " ";
  // U+2800 + pattern in UTF-8.
  return {static_cast<char>(0xE2), static_cast<char>(0xA0 | (pattern >> 6)),
          static_cast<char>(0x80 | (pattern & 0x3F))};
}

// The steps that the line covers in a column, from the last one's height to its own.
struct Covered {
  std::size_t from = 0, to = 0;  // the upper one not included
};

Covered covered_by_line(const std::vector<std::size_t>& line, std::size_t column) {
  if (column >= line.size() || line[column] == 0) return {};
  const std::size_t own = line[column];
  const std::size_t last = column == 0 || line[column - 1] == 0 ? own : line[column - 1];
  if (last + 1 < own) return {.from = last, .to = own};
  if (own + 1 < last) return {.from = own - 1, .to = last - 1};
  return {.from = own - 1, .to = own};
}

Cell braille_cell(const std::vector<std::size_t>& area, const std::vector<std::size_t>& line,
                  std::size_t x, std::size_t bottom) {
  unsigned dots = 0, of_line = 0;
  for (std::size_t column = 0; column < 2; ++column) {
    const Covered covered = covered_by_line(line, 2 * x + column);
    for (std::size_t row = 0; row < 4; ++row) {
      const std::size_t step = bottom + 3 - row;
      const unsigned bit = 1U << (2 * row + column);
      if (step < area[2 * x + column]) dots |= bit;
      if (step >= covered.from && step < covered.to) of_line |= bit;
    }
  }
  // The line is seen where the area is filled by the gap that it leaves.
  if (of_line != 0) return {.text = braille(of_line), .of_line = true};
  return {.text = braille(dots), .of_line = false};
}

Cell block_cell(const std::vector<std::size_t>& area, const std::vector<std::size_t>& line,
                std::size_t x, std::size_t bottom) {
  const std::size_t filled = area[x] > bottom ? std::min<std::size_t>(area[x] - bottom, 8) : 0;
  if (x < line.size() && line[x] > 0) {
    const std::size_t row = bottom / 8, own = (line[x] - 1) / 8;
    const std::size_t last = x == 0 || line[x - 1] == 0 ? own : (line[x - 1] - 1) / 8;
    if (row == own) return {.text = "─", .of_line = true};
    if (row > std::min(own, last) && row < std::max(own, last)) {
      return {.text = "│", .of_line = true};
    }
  }
  return {.text = std::string(kBlocks[filled]), .of_line = false};
}

// One line of cells, those of one colour marked up together.
std::string joined(const std::vector<Cell>& cells, const Style& style) {
  std::string text;
  for (std::size_t first = 0; first < cells.size();) {
    std::size_t last = first;
    std::string run;
    while (last < cells.size() && cells[last].of_line == cells[first].of_line) {
      run += cells[last++].text;
    }
    if (last == cells.size()) run.erase(run.find_last_not_of(' ') + 1);
    text +=
        style.coloured(colour_of(cells[first].of_line ? PlotPart::kLine : PlotPart::kArea), run);
    first = last;
  }
  return text;
}

}  // namespace

Colour colour_of(PlotPart part) {
  return part == PlotPart::kArea ? Colour::kCyan : Colour::kYellow;
}

std::string plot_sample(PlotDots dots, PlotPart part, const Style& style) {
  std::string_view text = dots == PlotDots::kBraille ? "⣿⣿" : "██";
  if (part == PlotPart::kLine) text = dots == PlotDots::kBraille ? "⠒⠒" : "──";
  return style.coloured(colour_of(part), text);
}

std::size_t plot_columns(PlotDots dots, std::size_t width) {
  return dots == PlotDots::kBraille ? 2 * width : width;
}

std::vector<std::string> draw(const Plot& plot, const Style& style) {
  const std::size_t steps = steps_in_cell(plot.dots);
  const auto heights = [&](const std::vector<std::uint64_t>& values) {
    std::vector<std::size_t> result;
    result.reserve(values.size());
    for (const std::uint64_t value : values) {
      result.push_back(steps_of(value, plot.top, plot.height * steps));
    }
    return result;
  };
  const std::vector<std::size_t> area = heights(plot.area), line = heights(plot.line);
  const std::size_t width = area.size() / plot_columns(plot.dots, 1);
  std::vector<std::string> lines;
  for (std::size_t row = plot.height; row-- > 0;) {
    std::vector<Cell> cells;
    for (std::size_t x = 0; x < width; ++x) {
      cells.push_back(plot.dots == PlotDots::kBraille ? braille_cell(area, line, x, row * steps)
                                                      : block_cell(area, line, x, row * steps));
    }
    lines.push_back(joined(cells, style));
  }
  return lines;
}

std::string sparkline(const std::vector<std::uint64_t>& values, std::uint64_t top) {
  std::string text;
  for (const std::uint64_t value : values) text += kBlocks[steps_of(value, top, 8)];
  return text;
}

std::size_t plot_line(const Plot& plot, std::uint64_t value) {
  const std::size_t steps = steps_in_cell(plot.dots);
  const std::size_t height = steps_of(value, plot.top, plot.height * steps);
  return height == 0 ? 0 : (height - 1) / steps;
}

}  // namespace heaptally
