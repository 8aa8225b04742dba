// Columns: a table of aligned columns, and bars to put in it.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "core/report/style.h"

namespace heaptally {

struct Column {
  std::string name;
  bool left = false;  // texts to the left, numbers to the right
  std::optional<Colour> colour = {};
};

// Purpose: gathers rows and writes them below the names of their columns, two blanks between.
class Columns {
 public:
  explicit Columns(std::vector<Column> columns);

  // As many cells as there are columns, without control characters.
  void add(std::vector<std::string> cells);
  // Stops quietly when `out` has failed.
  void write(const Style& style, std::ostream& out) const;

 private:
  std::string line(const std::vector<std::string>& cells, const Style& style) const;

  std::vector<Column> columns_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
};

// `part` of `whole` as a bar of at most `width` columns, in eighths of one. Something shows as an
// eighth at least.
std::string bar_text(std::uint64_t part, std::uint64_t whole, std::size_t width);

}  // namespace heaptally
