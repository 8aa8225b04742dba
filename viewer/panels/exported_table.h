// Tables in files and on the clipboard.
#pragma once

#include <iosfwd>

#include "viewer/panels/view.h"

namespace heaptally::view {

void write_csv(const Table& table, std::ostream& out);
// Aligned columns.
void write_text(const Table& table, std::ostream& out);

}  // namespace heaptally::view
