// The rows of a query written out.
#pragma once

#include <iosfwd>
#include <string_view>
#include <vector>

#include "core/recording/query.h"

namespace heaptally {

enum class RowsFormat { kTable, kJson, kCsv };

// Reads "table", "json" or "csv". Errors: Error of usage.
RowsFormat parse_rows_format(std::string_view text);

// Writes the columns' names and all rows of a query that was started. It is read row by row, so an
// answer may be larger than the memory; each form stops quietly when `out` has failed.
//
// Table: columns aligned, those of numbers alone to the right. Their widths are those of the first
//   1,000 rows; a wider value after them moves the rest of its line. NULL is empty, control
//   characters are \xNN, a blob is x'HEX', cut after 16 bytes with its size.
// JSON: an array of objects, a line each. NULL is null, integers keep all their digits, a blob is
//   {"blob": "HEX"}, bytes that are not UTF-8 are U+FFFD. A name that a column before has gets a
//   number: name, name_2.
// CSV: quoted by RFC 4180, with lines that end in \n. NULL is empty, a blob is HEX.
void write_rows(RecordingQuery& query, RowsFormat format, std::ostream& out);

}  // namespace heaptally
