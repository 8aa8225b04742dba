// The format of a recording. docs/recording.md explains it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heaptally {

// "htly" in ASCII; at offset 68 of the file, where file(1) looks.
inline constexpr std::int32_t kApplicationId = 0x68746C79;
// In user_version. A change that an older reader would misread adds one to it.
inline constexpr std::int32_t kFormatVersion = 4;

struct SchemaItem {
  const char* name;
  const char* sql;  // exactly as SQLite keeps it in sqlite_schema
};

// The reader refuses a file in which one of the tables is not as here: a view or a
// computed column in its place could do anything. `version`: from 1 to kFormatVersion.
std::vector<SchemaItem> schema_tables(std::int64_t version);
// For people with the sqlite3 shell. heaptally itself never reads them.
std::span<const SchemaItem> schema_views();

}  // namespace heaptally
