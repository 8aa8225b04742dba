#include <sqlite3.h>
#include <sys/stat.h>

#include "core/recording/open.h"
#include "tests/recording/recording_fixture.h"

namespace heaptally::test {

namespace {

namespace fs = std::filesystem;
using Open = RecordingTest;

void execute(const fs::path& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_close(handle);
}

// One line: the path, the problem, what to do.
void expect_error(const fs::path& path, const std::string& problem) {
  const std::string message = error_of_opening(path);
  EXPECT_EQ(message.find(path.string() + ": "), 0u) << message;
  EXPECT_NE(message.find(problem), std::string::npos) << message;
  EXPECT_NE(message.find("; "), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

TEST_F(Open, SaysWhatIsWrongWithAFile) {
  expect_error(path("missing"), "does not exist");
  expect_error(path(""), "is a directory, not a heaptally recording");
  write_bytes(path("empty"), "");
  expect_error(path("empty"), "is not a heaptally recording");
  write_bytes(path("short"), "hello\n");
  expect_error(path("short"), "is not a heaptally recording");
  write_bytes(path("text"), std::string(10'000, 'x'));
  expect_error(path("text"), "is not a heaptally recording");
  execute(path("foreign"), "CREATE TABLE traces(a); PRAGMA user_version = 1");
  expect_error(path("foreign"), "is not a heaptally recording");
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  expect_error(path("pipe"), "is not a heaptally recording");
  expect_error("/dev/null", "is not a heaptally recording");
}

class OpenChanged : public RecordingTest {
 protected:
  // A good recording, then changed by `sql`.
  void change(const std::string& sql) {
    {
      RecordingWriter writer(path("a"), true);
      write_sample(writer);
    }
    execute(path("a"), sql);
  }
};

TEST_F(OpenChanged, ANewerVersionSaysSo) {
  change("PRAGMA user_version = 5; DROP TABLE samples");
  expect_error(path("a"),
               "was made by a newer heaptally (format 5, this one reads up to 4); install a newer "
               "heaptally");
  change("PRAGMA user_version = 0");
  expect_error(path("a"), "damaged");
}

TEST_F(OpenChanged, EachVersionHasItsOwnTables) {
  change("PRAGMA user_version = 1");
  expect_error(path("a"), "no proper table processes");
  write_bytes(path("a"), read_bytes(HEAPTALLY_GOLDEN_DIR "/v1.heaptally"));
  EXPECT_EQ(error_of_opening(path("a")), "");
  execute(path("a"), "PRAGMA user_version = 2");
  expect_error(path("a"), "no proper table processes");
  write_bytes(path("a"), read_bytes(HEAPTALLY_GOLDEN_DIR "/v2.heaptally"));
  execute(path("a"), "PRAGMA user_version = 3");
  expect_error(path("a"), "no proper table survivors");
  write_bytes(path("a"), read_bytes(HEAPTALLY_GOLDEN_DIR "/v3.heaptally"));
  execute(path("a"), "PRAGMA user_version = 4");
  expect_error(path("a"), "no proper table ");
}

TEST_F(OpenChanged, UsersMayAddTheirOwn) {
  change(
      "CREATE TABLE notes(a); CREATE VIEW mine AS SELECT * FROM lines;"
      "CREATE INDEX by_frame ON traces(frame); ANALYZE");
  EXPECT_EQ(error_of_opening(path("a")), "");
}

TEST_F(OpenChanged, HeaderKeysMayBeMoreOrFewer) {
  change("DELETE FROM header WHERE key = 'frees'; INSERT INTO header VALUES('from_later', 1)");
  RecordingReader reader(path("a"));
  RecordingData expected = sample_data();
  expected.header.frees = 0;
  expect_same(reader.data(), expected);
}

TEST_F(OpenChanged, NothingMayStandInForATable) {
  change("DROP TABLE traces; CREATE VIEW traces AS SELECT 0 AS id, 0 AS parent, 0 AS frame");
  expect_error(path("a"), "no proper table traces");
  change("ALTER TABLE tasks ADD COLUMN more INTEGER GENERATED ALWAYS AS (abs(tid))");
  expect_error(path("a"), "no proper table tasks");
}

TEST_F(OpenChanged, EveryReferenceIsChecked) {
  for (const char* sql : {
           "UPDATE traces SET parent = 4 WHERE id = 4",
           "UPDATE tasks SET domain = 4 WHERE id = 0",
           "UPDATE tasks SET heap_task = 2 WHERE id = 2",
           "DELETE FROM domains WHERE id = 2",
           "DELETE FROM domains",
           "UPDATE traces SET parent = 4 WHERE id = 1",
           "UPDATE traces SET parent = -1 WHERE id = 1",
           "UPDATE traces SET frame = 4 WHERE id = 1",
           "UPDATE traces SET frame = NULL WHERE id = 1",
           "UPDATE traces SET id = 7 WHERE id = 4",
           "DELETE FROM traces",
           "DELETE FROM modules WHERE id = 1",
           "UPDATE frames SET module = 3 WHERE id = 0",
           "UPDATE frames SET kind = 3 WHERE id = 0",
           "UPDATE frames SET address = 'x' WHERE id = 0",
           "UPDATE processes SET previous = 2 WHERE id = 2",
           "UPDATE processes SET previous = 4 WHERE id = 2",
           "UPDATE processes SET previous = -1 WHERE id = 2",
           "UPDATE processes SET origin = 2 WHERE id = 2",
           "UPDATE processes SET processes = -1 WHERE id = 2",
           "UPDATE processes SET exit_status = 'x' WHERE id = 2",
           "UPDATE processes SET not_recorded = x'00' WHERE id = 2",
           "UPDATE processes SET peak_bytes = 1.5 WHERE id = 2",
           "UPDATE totals SET live_at_process_peak_count = 'x' WHERE tally = 2",
           "DELETE FROM processes WHERE id = 1",
           "UPDATE tasks SET process = 5",
           "UPDATE tallies SET trace = 5 WHERE id = 0",
           "UPDATE tallies SET task = 3 WHERE id = 0",
           "UPDATE tallies SET size_class = 65 WHERE id = 0",
           "UPDATE locations SET function = 1000 WHERE frame = 0",
           "UPDATE locations SET frame = 4 WHERE frame = 1",
           "UPDATE locations SET depth = 1 WHERE frame = 1",
           "UPDATE locations SET line = -1 WHERE frame = 1",
           "DELETE FROM strings WHERE id = 1",
           "DELETE FROM totals WHERE tally = 2",
           "DELETE FROM totals WHERE tally = 0",
           "UPDATE totals SET lifetimes = x'05' WHERE tally = 0",
           "UPDATE totals SET lifetimes = 'text' WHERE tally = 0",
           "UPDATE totals SET total_bytes = 1.5 WHERE tally = 0",
           "UPDATE timeline SET deltas = x'00' WHERE start_ns = 0",
           "UPDATE timeline SET width_ns = 100000001 WHERE start_ns = 0",
           "UPDATE timeline SET width_ns = 0 WHERE start_ns = 0",
           "UPDATE timeline SET start_ns = -1 WHERE start_ns = 0",
           "UPDATE marks SET id = 7 WHERE id = 1",
           "UPDATE marks SET time_ns = -1 WHERE id = 0",
           "UPDATE marks SET time_ns = 5 WHERE id = 1",
           "UPDATE marks SET process = 5 WHERE id = 1",
           "UPDATE crossings SET since_ns = -1 WHERE id = 0",
           "UPDATE crossings SET since_ns = 1 WHERE id = 3",
           "UPDATE crossings SET born_ns = since_ns WHERE id = 4",
           "UPDATE crossings SET deltas = x'00' WHERE id = 4",
           "UPDATE samples SET id = 2 WHERE id = 1",
           "UPDATE samples SET time_ns = -9223372036854775808 WHERE id = 1",
           "UPDATE processes SET start_ns = -9223372036854775808 WHERE id = 0",
           "UPDATE header SET value = 9223372036854775807 WHERE key = 'duration_ns'",
           "DELETE FROM header WHERE key = 'complete'",
           "UPDATE header SET value = 'x' WHERE key = 'frees'",
           "UPDATE header SET value = 7 WHERE key = 'host'",
       }) {
    SCOPED_TRACE(sql);
    change(sql);
    expect_error(path("a"), "is truncated or damaged");
  }
}

TEST_F(Open, ACopyReadsTheSameAndLeavesNothing) {
  {
    RecordingWriter writer(path("a"), false);
    write_sample(writer);
  }
  ::setenv("TMPDIR", path("").c_str(), 1);
  OpenedRecording opened = open_copy(path("a"));
  ::unsetenv("TMPDIR");
  EXPECT_EQ(opened.database.query_integer("SELECT count(*) FROM traces"), 5);
  int files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(path(""))) ++files;
  EXPECT_EQ(files, 1);
}

}  // namespace

}  // namespace heaptally::test
