#include "core/report/columns.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>
#include <string_view>

#include "core/report/text_width.h"

namespace heaptally {

Columns::Columns(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (const Column& column : columns_) widths_.push_back(text_width(column.name));
}

void Columns::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    widths_[i] = std::max(widths_[i], text_width(cells[i]));
  }
  rows_.push_back(std::move(cells));
}

std::string Columns::line(const std::vector<std::string>& cells, const Style& style) const {
  std::string text;
  std::size_t pending = 0;  // blanks that are written once something follows them
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::size_t blanks = widths_[i] - text_width(cells[i]);
    pending += 2 + (columns_[i].left ? 0 : blanks);
    if (!cells[i].empty()) {
      text.append(pending, ' ');
      pending = 0;
      text += columns_[i].colour ? style.coloured(*columns_[i].colour, cells[i]) : cells[i];
    }
    if (columns_[i].left) pending += blanks;
  }
  return text;
}

void Columns::write(const Style& style, std::ostream& out) const {
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.name);
  out << style.bold(line(names, Style())) << '\n';
  for (const std::vector<std::string>& row : rows_) {
    if (!out) return;
    out << line(row, style) << '\n';
  }
}

std::string bar_text(std::uint64_t part, std::uint64_t whole, std::size_t width) {
  constexpr std::array<std::string_view, 8> kPartial = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (part == 0 || whole == 0) return {};
  const double share = std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
  const double exact = share * static_cast<double>(width) * 8;
  const auto eighths = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(exact)));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text.append(kPartial[eighths % 8]);
}

}  // namespace heaptally
