#include "viewer/panels/exported_table.h"

#include <ostream>

#include "core/report/columns.h"
#include "core/report/csv.h"
#include "core/report/wording.h"

namespace heaptally::view {
namespace {

void write_csv_line(const std::vector<std::string>& cells, std::ostream& out) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out << ',';
    out << csv_field(cells[i]);
  }
  out << '\n';
}

}  // namespace

void write_csv(const Table& table, std::ostream& out) {
  write_csv_line(table.columns, out);
  for (const auto& row : table.rows) write_csv_line(row, out);
}

void write_text(const Table& table, std::ostream& out) {
  std::vector<Column> names;
  names.reserve(table.columns.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    names.push_back({.name = table.columns[i], .left = i < table.left.size() && table.left[i]});
  }
  Columns columns(std::move(names));
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    cells.reserve(row.size());
    for (const std::string& cell : row) cells.push_back(printable(cell));
    columns.add(std::move(cells));
  }
  columns.write(Style(), out);
}

}  // namespace heaptally::view
