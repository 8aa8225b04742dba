// A user's own SQL on a recording.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace heaptally {

// A cell: NULL, INTEGER, REAL, TEXT (of any bytes) or BLOB.
using SqlValue = std::variant<std::nullptr_t, std::int64_t, double, std::string_view,
                              std::span<const std::uint8_t>>;

// A table or view that a query may name.
struct SqlTable {
  std::string name;
  bool is_view = false;
  std::vector<std::string> columns;
};

// Purpose: runs one SELECT at a time on a recording, over its tables and the views of this
//   version. A recording that is still being written is read as of the last flush, from a copy in
//   memory, so that a query may take its time.
// Untrusted is the file: its own views are out of reach, those of heaptally stand in their place.
//   What a query can do is read: nothing is written, attached or loaded.
// Threads: one at a time.
// Errors: Error as RecordingReader has them; of usage if SQLite cannot make sense of a query, or
//   it is more than one statement, or more than a SELECT.
class RecordingQuery {
 public:
  explicit RecordingQuery(const std::filesystem::path& path);
  ~RecordingQuery();
  RecordingQuery(const RecordingQuery&) = delete;
  RecordingQuery& operator=(const RecordingQuery&) = delete;

  // Tables first, then views, each in the order of schema.cpp.
  std::vector<SqlTable> tables();

  // Starts a query; the one before is over.
  void start(std::string_view sql);
  const std::vector<std::string>& columns() const;  // of the query, by name
  // Goes to the next row; false after the last.
  bool next();
  // The current row, a value a column; valid until next().
  std::span<const SqlValue> row() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heaptally
