#include "core/recording/query.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "core/recording/open.h"
#include "core/recording/schema.h"

namespace heaptally {

namespace {

using sqlite::Database;

constexpr const char* kSubject = "the query";
constexpr const char* kSeeTables = "see the tables with heaptally sql FILE";

constexpr std::string_view kOtherTables[] = {
    "sqlite_schema",      "sqlite_master", "sqlite_temp_schema",
    "sqlite_temp_master", "json_each",     "json_tree",
};
// Those that do more than compute. Most are not there anyway, in one build of SQLite or another.
constexpr std::string_view kDeniedFunctions[] = {
    "load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "rtreecheck",
};

bool is_named(std::span<const SchemaItem> items, std::string_view name) {
  return std::any_of(items.begin(), items.end(),
                     [&](const SchemaItem& item) { return name == item.name; });
}

template <class Names>
bool has(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// What a query may name. SQLite is told by a callback, for each name that it meets.
struct Names {
  std::vector<SchemaItem> tables;   // of a recording of its version
  std::vector<std::string> others;  // of the file, but of no recording
};

std::string_view text_of(const char* text) { return text != nullptr ? text : ""; }

Names names_of(Database& database, std::int64_t version) {
  Names names{schema_tables(version), {}};
  sqlite::Statement select(database, "SELECT name FROM sqlite_schema");
  while (select.step()) {
    const std::string_view name = select.text(0);
    if (!is_named(names.tables, name)) names.others.emplace_back(name);
  }
  return names;
}

// What the file has beside the tables of a recording stays out: it could hold virtual tables,
// whose code was not made for hostile content. Where a query reads no column of a table at all,
// as count(*) does, the name may also be one that the query itself made up.
bool may_read(const Names& names, const char* table, std::string_view column,
              std::string_view database) {
  const bool is_own = database == "temp" && is_named(schema_tables(kFormatVersion), table);
  if (is_own || (database != "main" && is_named(schema_views(), table))) return true;
  if (!column.empty()) return is_named(names.tables, table) || has(kOtherTables, table);
  return std::none_of(names.others.begin(), names.others.end(), [&](const std::string& name) {
    return sqlite3_stricmp(name.c_str(), table) == 0;
  });
}

// SQLite asks this of everything that a statement would do.
int authorize(void* names, int action, const char* first, const char* second, const char* database,
              const char* /*within*/) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_READ:
      return may_read(*static_cast<const Names*>(names), first, text_of(second), text_of(database))
                 ? SQLITE_OK
                 : SQLITE_DENY;
    case SQLITE_FUNCTION:
      return has(kDeniedFunctions, text_of(second)) ? SQLITE_DENY : SQLITE_OK;
    default:
      return SQLITE_DENY;
  }
}

// Hides the tables of version 1 by what they would be in version 2, for the views.
constexpr const char* kFromVersion1 =
    "CREATE TEMP VIEW processes AS SELECT id, pid, parent_pid, 0 AS origin, NULL AS previous,"
    " command, start_ns, end_ns, exit_status, 1 AS processes, '' AS not_recorded,"
    " NULL AS total_bytes, NULL AS total_count, NULL AS live_at_end_bytes,"
    " NULL AS live_at_end_count, NULL AS peak_bytes, NULL AS peak_count, NULL AS peak_time_ns"
    " FROM main.processes;"
    "CREATE TEMP VIEW totals AS SELECT *, NULL AS live_at_process_peak_bytes,"
    " NULL AS live_at_process_peak_count FROM main.totals";

// The same of versions before 4.
constexpr const char* kFromVersion3 =
    "CREATE TEMP VIEW tasks AS SELECT *, 0 AS domain, NULL AS heap_task FROM main.tasks;"
    "CREATE TEMP VIEW domains AS SELECT 0 AS id, 'heap' AS name, NULL AS total_bytes,"
    " NULL AS total_count, NULL AS live_at_end_bytes, NULL AS live_at_end_count,"
    " NULL AS peak_bytes, NULL AS peak_count, NULL AS peak_time_ns";

// Views of the connection's own: they hide those of the file that have the same names.
void add_views(Database& database, std::int64_t version) {
  database.execute("PRAGMA query_only = OFF");
  if (version == 1) database.execute(kFromVersion1);
  if (version < 4) database.execute(kFromVersion3);
  for (const SchemaItem& view : schema_views()) {
    constexpr std::string_view kCreate = "CREATE VIEW ";
    const std::string sql =
        "CREATE TEMP VIEW " + std::string(std::string_view(view.sql).substr(kCreate.size()));
    database.execute(sql.c_str());
  }
  database.execute("PRAGMA query_only = ON");
}

Error wrong(const std::string& problem, const std::string& remedy = kSeeTables) {
  return Error(kSubject, problem, remedy, ExitCode::kUsage);
}

// SQLite's message for the statement at `start` that it could not compile, and where it stopped.
Error not_compiled(sqlite3* handle, int code, std::string_view sql, std::size_t start) {
  std::string problem = sqlite3_errmsg(handle);
  // Its messages quote the query, which may have several lines.
  std::replace_if(
      problem.begin(), problem.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  // What it runs within itself, as for a table-valued PRAGMA, fails with another code.
  if ((code & 0xFF) == SQLITE_AUTH || problem == "not authorized") {
    return wrong(problem + ": it may only SELECT from the tables and views of a recording");
  }
  const int offset = sqlite3_error_offset(handle);
  if (offset >= 0) {
    const std::string_view before = sql.substr(0, start + static_cast<std::size_t>(offset));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t line_start = before.rfind('\n') + 1;  // 0 if there is none
    problem += " (line " + std::to_string(line) + ", column " +
               std::to_string(before.size() - line_start + 1) + ")";
  }
  return wrong(problem);
}

}  // namespace

struct RecordingQuery::Impl {
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  using Compiled = std::unique_ptr<sqlite3_stmt, Finalize>;

  explicit Impl(const std::filesystem::path& path) : Impl(open_settled(path)) {}
  explicit Impl(OpenedRecording opened)
      : database(std::move(opened.database)), names(names_of(database, opened.version)) {
    add_views(database, opened.version);
    sqlite3_set_authorizer(database.handle(), authorize, &names);
  }

  // Compiles the statement that starts at `at` and moves `at` behind it. Null if nothing but
  // blanks and comments is there.
  Compiled compile(const std::string& sql, std::size_t& at) {
    sqlite3_stmt* handle = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v2(database.handle(), sql.c_str() + at, -1, &handle, &tail);
    Compiled compiled(handle);
    if (code != SQLITE_OK) {
      // What the file itself did wrong shows here too.
      const int kind = code & 0xFF;
      const bool of_query = kind == SQLITE_ERROR || kind == SQLITE_AUTH || kind == SQLITE_TOOBIG;
      if (of_query) throw not_compiled(database.handle(), code, sql, at);
      database.fail(code);
    }
    at = static_cast<std::size_t>(tail - sql.c_str());
    return compiled;
  }

  void read_row();

  Database database;
  Names names;
  Compiled statement;
  std::vector<std::string> columns;
  std::vector<SqlValue> row;
};

void RecordingQuery::Impl::read_row() {
  sqlite3_stmt* const at = statement.get();
  for (std::size_t i = 0; i < row.size(); ++i) {
    const int column = static_cast<int>(i);
    const int type = sqlite3_column_type(at, column);
    if (type == SQLITE_INTEGER) {
      row[i] = std::int64_t{sqlite3_column_int64(at, column)};
    } else if (type == SQLITE_FLOAT) {
      row[i] = sqlite3_column_double(at, column);
    } else if (type == SQLITE_TEXT) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(at, column));
      if (text == nullptr) throw std::bad_alloc();
      row[i] = std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(at, column)));
    } else if (type == SQLITE_BLOB) {
      const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(at, column));
      row[i] = std::span<const std::uint8_t>(
          bytes, static_cast<std::size_t>(sqlite3_column_bytes(at, column)));
    } else {
      row[i] = nullptr;
    }
  }
}

RecordingQuery::RecordingQuery(const std::filesystem::path& path)
    : impl_(std::make_unique<Impl>(path)) {}

RecordingQuery::~RecordingQuery() = default;

std::vector<SqlTable> RecordingQuery::tables() {
  std::vector<SqlTable> tables;
  const auto add = [&](const SchemaItem& item, bool is_view) {
    start("SELECT * FROM " + std::string(item.name));
    tables.push_back({item.name, is_view, columns()});
  };
  for (const SchemaItem& table : impl_->names.tables) add(table, false);
  for (const SchemaItem& view : schema_views()) add(view, true);
  impl_->statement.reset();
  return tables;
}

void RecordingQuery::start(std::string_view sql) {
  impl_->statement.reset();
  impl_->columns.clear();
  constexpr std::size_t kLongest = 1'000'000;  // SQLite's own limit
  if (sql.size() > kLongest) throw wrong("is longer than a million bytes", "make it shorter");
  if (sql.find('\0') != std::string_view::npos) throw wrong("holds a NUL byte", "remove it");
  const std::string text(sql);
  Impl::Compiled first;
  for (std::size_t at = 0; at < text.size();) {
    Impl::Compiled one = impl_->compile(text, at);
    if (one == nullptr) continue;
    if (first != nullptr) throw wrong("is more than one statement", "give one at a time");
    first = std::move(one);
  }
  if (first == nullptr) throw wrong("is empty");
  const int count = sqlite3_column_count(first.get());
  if (count == 0 || sqlite3_stmt_readonly(first.get()) == 0) throw wrong("is no SELECT");
  for (int i = 0; i < count; ++i) {
    impl_->columns.emplace_back(text_of(sqlite3_column_name(first.get(), i)));
  }
  impl_->row.assign(impl_->columns.size(), nullptr);
  impl_->statement = std::move(first);
}

const std::vector<std::string>& RecordingQuery::columns() const { return impl_->columns; }

bool RecordingQuery::next() {
  const int code = sqlite3_step(impl_->statement.get());
  if (code == SQLITE_ROW) {
    impl_->read_row();
    return true;
  }
  if (code == SQLITE_DONE) {
    impl_->statement.reset();
    return false;
  }
  const int kind = code & 0xFF;
  if (kind == SQLITE_ERROR || kind == SQLITE_TOOBIG || kind == SQLITE_MISMATCH) {
    throw Error(kSubject, sqlite3_errmsg(impl_->database.handle()), "change it");
  }
  impl_->database.fail(code);
}

std::span<const SqlValue> RecordingQuery::row() const { return impl_->row; }

}  // namespace heaptally
