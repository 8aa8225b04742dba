// A user's SQL: what it may see, what it may not do, and what is said when it is wrong.
#include "core/recording/query.h"

#include <sqlite3.h>

#include "core/base/error.h"
#include "core/recording/schema.h"
#include "tests/recording/recording_fixture.h"

namespace heaptally::test {

namespace {

struct Print {
  std::string operator()(std::nullptr_t) const { return "NULL"; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return "real " + std::to_string(number); }
  std::string operator()(std::string_view text) const { return std::string(text); }
  std::string operator()(std::span<const std::uint8_t> bytes) const {
    return std::to_string(bytes.size()) + " bytes";
  }
};

// Rows as "a|b\n".
std::string rows_of(RecordingQuery& query, const std::string& sql) {
  query.start(sql);
  std::string text;
  while (query.next()) {
    for (const SqlValue& value : query.row()) text += std::visit(Print(), value) + "|";
    text.back() = '\n';
  }
  return text;
}

class Query : public RecordingTest {
 protected:
  Query() {
    RecordingWriter writer(path("a"), false);
    write_sample(writer);
  }

  // Something that only an enemy, or a user with another tool, would do to the file.
  void change(const std::string& sql) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path("a").c_str(), &handle), SQLITE_OK);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
    sqlite3_close(handle);
  }

  // One line: the query, the problem, what to do.
  void expect_error(const std::string& sql, const std::string& problem, ExitCode code) {
    SCOPED_TRACE(sql);
    RecordingQuery query(path("a"));
    try {
      rows_of(query, sql);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      const std::string message = error.what();
      EXPECT_EQ(message.find("the query: "), 0u) << message;
      EXPECT_NE(message.find(problem), std::string::npos) << message;
      EXPECT_NE(message.find("; "), std::string::npos) << message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
      EXPECT_EQ(error.code(), code) << message;
    }
  }
};

TEST_F(Query, GivesEveryTypeOfValue) {
  RecordingQuery query(path("a"));
  EXPECT_EQ(rows_of(query, "SELECT NULL, -1, 0.5, '', x'', text FROM arguments WHERE id = 3"),
            "NULL|-1|real 0.500000||0 bytes|caf\xC3\xA9\n");
  EXPECT_EQ(rows_of(query, "SELECT length(deltas) FROM timeline WHERE start_ns = 100000000"),
            "33\n");
  query.start("SELECT id AS one, 2 FROM frames; -- and no more\n ;");
  EXPECT_EQ(query.columns(), (std::vector<std::string>{"one", "2"}));
}

TEST_F(Query, SeesTheTablesAndViewsThatItLists) {
  RecordingQuery query(path("a"));
  const std::vector<SqlTable> tables = query.tables();
  ASSERT_EQ(tables.size(), schema_tables(kFormatVersion).size() + schema_views().size());
  EXPECT_EQ(tables[1].name, "arguments");
  EXPECT_EQ(tables[1].columns, (std::vector<std::string>{"id", "text"}));
  EXPECT_FALSE(tables[1].is_view);
  EXPECT_TRUE(tables.back().is_view);
  for (const SqlTable& table : tables) {
    EXPECT_NE(rows_of(query, "SELECT count(*) FROM " + table.name), "0\n") << table.name;
  }
  EXPECT_EQ(rows_of(query, "SELECT file, line, total_bytes FROM lines ORDER BY 3 DESC"),
            "/home/user/src/a.h|7|9000\n|0|1000\n");
}

// The views are of the newest version, whatever the file is.
TEST_F(Query, AnOlderRecordingHasThemToo) {
  RecordingQuery query(HEAPTALLY_GOLDEN_DIR "/v1.heaptally");
  for (const SqlTable& table : query.tables()) {
    EXPECT_NE(rows_of(query, "SELECT count(*) FROM " + table.name), "") << table.name;
  }
  EXPECT_EQ(rows_of(query, "SELECT pid, images, peak_bytes FROM process_list ORDER BY process"),
            "4000001|1|NULL\n78|1|NULL\n");
  EXPECT_EQ(rows_of(query, "SELECT line, total_bytes FROM lines ORDER BY 2 DESC LIMIT 1"),
            "7|9000\n");
}

TEST_F(Query, SaysWhereItIsWrong) {
  expect_error("SELEC 1", "near \"SELEC\": syntax error (line 1, column 1)", ExitCode::kUsage);
  expect_error("SELECT 1,\n  absent FROM lines", "no such column: absent (line 2, column 3)",
               ExitCode::kUsage);
  expect_error("SELECT 1;\nSELECT absent", "(line 2, column 8)", ExitCode::kUsage);
  expect_error("SELECT 1 FROM nowhere", "no such table: nowhere", ExitCode::kUsage);
  expect_error("SELECT 'a\nb", "unrecognized token: \"'a b\"", ExitCode::kUsage);
  expect_error("SELECT 1; SELECT 2", "more than one statement", ExitCode::kUsage);
  expect_error("", "is empty", ExitCode::kUsage);
  expect_error(" ;; -- nothing\n", "is empty", ExitCode::kUsage);
  expect_error(std::string("SELECT 1\0 junk", 14), "NUL", ExitCode::kUsage);
  expect_error(std::string(2'000'000, ' '), "longer", ExitCode::kUsage);
  expect_error("SELECT sum(9223372036854775807) FROM traces", "integer overflow",
               ExitCode::kFailed);
  expect_error("SELECT zeroblob(1000000000)", "too big", ExitCode::kFailed);
}

TEST_F(Query, CannotDoAnythingButRead) {
  const std::string before = read_bytes(path("a"));
  for (const char* sql : {"INSERT INTO strings VALUES(99, 'x')",
                          "UPDATE header SET value = 1",
                          "DELETE FROM frames",
                          "DROP VIEW lines",
                          "CREATE TABLE t(a)",
                          "CREATE TEMP TABLE t(a)",
                          "PRAGMA user_version = 3",
                          "PRAGMA query_only = OFF",
                          "PRAGMA writable_schema = ON",
                          "ATTACH '/tmp/x' AS x",
                          "BEGIN",
                          "SAVEPOINT s",
                          "ANALYZE",
                          "REINDEX",
                          "VACUUM",
                          "VACUUM INTO '/tmp/x'",
                          "SELECT * FROM pragma_user_version",
                          "SELECT load_extension('x')",
                          "SELECT writefile('x', 'y')",
                          "SELECT * FROM dbstat",
                          "WITH n AS (SELECT 1) DELETE FROM frames",
                          "EXPLAIN DELETE FROM frames"}) {
    expect_error(sql, "", ExitCode::kUsage);
  }
  EXPECT_EQ(read_bytes(path("a")), before);
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path(""))) ++files;
  EXPECT_EQ(files, 1);
}

TEST_F(Query, TheFilesOwnViewsAreOutOfReach) {
  change(
      "DROP VIEW lines; CREATE VIEW lines AS SELECT 'forged' AS file, 1 AS line, 2 AS total_bytes;"
      "CREATE VIEW mine AS SELECT 1 AS a; DROP VIEW tally_values; CREATE TABLE "
      "tally_values(forged);"
      "CREATE VIRTUAL TABLE words USING fts5(word)");
  RecordingQuery query(path("a"));
  EXPECT_EQ(rows_of(query, "SELECT file, line, total_bytes FROM lines ORDER BY 3 DESC LIMIT 1"),
            "/home/user/src/a.h|7|9000\n");
  expect_error("SELECT * FROM mine", "access to ", ExitCode::kUsage);
  expect_error("SELECT * FROM main.tally_values", "", ExitCode::kUsage);
  expect_error("SELECT * FROM words", "", ExitCode::kUsage);
  expect_error("SELECT count(*) FROM Words", "", ExitCode::kUsage);
  EXPECT_EQ(rows_of(query, "WITH n(i) AS (SELECT 1) SELECT count(*) FROM n, (SELECT 2)"), "1\n");
}

TEST_F(Query, ReadsWhatIsStillBeingWritten) {
  RecordingWriter writer(path("live"), false);
  write_unfinished_sample(writer);
  RecordingQuery query(path("live"));
  EXPECT_EQ(rows_of(query, "SELECT value FROM header WHERE key = 'complete'"), "0\n");
  query.start("SELECT count(*) FROM traces");
  writer.add(std::span<const TallyTotals>(sample_data().totals));
  writer.finish();
  EXPECT_FALSE(std::filesystem::exists(path("live-wal"))) << "the query kept it from finishing";
  ASSERT_TRUE(query.next());
  EXPECT_EQ(std::get<std::int64_t>(query.row()[0]), 5);
}

TEST_F(Query, TheFileIsCheckedFirst) {
  change("UPDATE header SET value = 1; PRAGMA user_version = 1000");
  EXPECT_THROW(RecordingQuery(path("a")), Error);
  write_bytes(path("text"), "no recording\n");
  EXPECT_THROW(RecordingQuery(path("text")), Error);
  EXPECT_THROW(RecordingQuery(path("missing")), Error);
}

}  // namespace

}  // namespace heaptally::test
