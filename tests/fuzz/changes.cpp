#include "tests/fuzz/changes.h"

#include <sqlite3.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/recording/schema.h"

namespace heaptally {
namespace {

struct Table {
  std::string name;
  std::vector<std::string> columns;
  std::string key;  // the columns of its primary key
};

// The input, taken a few bytes at a time; zeros behind its end.
class Input {
 public:
  explicit Input(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(size)) value = value << 8 | byte;
    return value;
  }
  std::span<const std::uint8_t> take(std::size_t size) {
    const auto taken = bytes_.first(std::min(size, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

Statement prepare(sqlite3* handle, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement, nullptr);
  return {statement, sqlite3_finalize};
}

std::vector<Table> tables_of(sqlite3* handle) {
  std::vector<Table> tables;
  for (const SchemaItem& item : schema_tables(kFormatVersion)) {
    Table& table = tables.emplace_back();
    table.name = item.name;
    const Statement row =
        prepare(handle, "SELECT name, pk FROM pragma_table_info('" + table.name + "')");
    while (sqlite3_step(row.get()) == SQLITE_ROW) {
      table.columns.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(row.get(), 0)));
      if (sqlite3_column_int(row.get(), 1) == 0) continue;
      table.key += (table.key.empty() ? "" : ", ") + table.columns.back();
    }
  }
  return tables;
}

void bind_packed(sqlite3_stmt* statement, std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> packed(ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), 1);
  sqlite3_bind_blob64(statement, 1, packed.data(), size, SQLITE_TRANSIENT);
}

// Binds to ?1.
void bind_value(sqlite3_stmt* statement, Input& input) {
  constexpr std::int64_t kEdges[] = {0,
                                     -1,
                                     std::numeric_limits<std::int64_t>::max(),
                                     std::numeric_limits<std::int64_t>::min(),
                                     std::int64_t{1} << 31,
                                     std::int64_t{1} << 32,
                                     std::int64_t{1} << 53,
                                     std::int64_t{1} << 61,
                                     std::int64_t{1} << 62,
                                     1'000'000'000};
  const std::uint64_t kind = input.number(1) % 9;
  switch (kind) {
    case 0:
      sqlite3_bind_null(statement, 1);
      return;
    case 1:
    case 2:
      sqlite3_bind_int64(statement, 1, static_cast<std::int8_t>(input.number(1)));
      return;
    case 3: {
      const std::uint64_t edge = kEdges[input.number(1) % std::size(kEdges)];
      const auto step = static_cast<std::int8_t>(input.number(1));
      sqlite3_bind_int64(statement, 1, static_cast<std::int64_t>(edge + step));
      return;
    }
    case 4:
      sqlite3_bind_int64(statement, 1, static_cast<std::int64_t>(input.number(8)));
      return;
    case 5: {
      const std::uint64_t bits = input.number(8);
      double real = 0;
      std::memcpy(&real, &bits, sizeof real);
      sqlite3_bind_double(statement, 1, real);
      return;
    }
    default:
      break;
  }
  const auto bytes = input.take(input.number(1));
  if (kind == 6) {
    sqlite3_bind_text64(statement, 1, reinterpret_cast<const char*>(bytes.data()), bytes.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
  } else if (kind == 7) {
    sqlite3_bind_blob64(statement, 1, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  } else {
    bind_packed(statement, bytes);
  }
}

// The statement that changes one row; ?1 is the value.
std::string change(const Table& table, Input& input) {
  const std::string& column = table.columns[input.number(1) % table.columns.size()];
  const std::string row = std::to_string(input.number(1));
  const std::string where = " WHERE (" + table.key + ") = (SELECT " + table.key + " FROM " +
                            table.name + " LIMIT 1 OFFSET " + row +
                            " % max(1, (SELECT count(*) FROM " + table.name + ")))";
  switch (input.number(1) % 8) {
    case 0:
      return "DELETE FROM " + table.name + where;
    case 1: {
      std::string values;
      for (const std::string& each : table.columns) {
        values += (values.empty() ? "" : ", ") + (each == column ? "?1" : each);
      }
      return "INSERT OR IGNORE INTO " + table.name + " SELECT " + values + " FROM " + table.name +
             where;
    }
    default:
      return "UPDATE OR IGNORE " + table.name + " SET " + column + " = ?1" + where;
  }
}

}  // namespace

void apply_changes(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  sqlite3* handle = nullptr;
  sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> closed(handle, sqlite3_close);
  sqlite3_exec(handle, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN", nullptr,
               nullptr, nullptr);
  const std::vector<Table> tables = tables_of(handle);
  Input input(bytes);
  constexpr int kMostChanges = 64;
  for (int changes = 0; changes < kMostChanges && !input.empty(); ++changes) {
    const Table& table = tables[input.number(1) % tables.size()];
    if (table.columns.empty() || table.key.empty()) continue;
    const Statement statement = prepare(handle, change(table, input));
    if (statement == nullptr) continue;
    bind_value(statement.get(), input);
    sqlite3_step(statement.get());
  }
  sqlite3_exec(handle, "COMMIT", nullptr, nullptr, nullptr);
}

}  // namespace heaptally
