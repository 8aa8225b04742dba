// The tables and views as a user of the sqlite3 shell meets them.
#include <sqlite3.h>

#include "tests/recording/recording_fixture.h"

namespace heaptally::test {

namespace {

class Shell : public RecordingTest {
 protected:
  Shell() {
    RecordingWriter writer(path("a"), false);
    write_sample(writer);
    sqlite3_open_v2(path("a").c_str(), &handle_, SQLITE_OPEN_READONLY, nullptr);
  }
  ~Shell() override { sqlite3_close(handle_); }

  // Rows as the shell prints them, "a|b\n".
  std::string query(const char* sql) {
    std::string text;
    const auto print = [](void* to, int columns, char** values, char**) {
      auto& out = *static_cast<std::string*>(to);
      for (int i = 0; i < columns; ++i) {
        out += i > 0 ? "|" : "";
        out += values[i] != nullptr ? values[i] : "";
      }
      out += "\n";
      return 0;
    };
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(handle_, sql, print, &text, &message), SQLITE_OK) << message;
    return text;
  }

 private:
  sqlite3* handle_ = nullptr;
};

TEST_F(Shell, TheFileSaysWhatItIs) {
  EXPECT_EQ(query("PRAGMA application_id"), std::to_string(0x68746C79) + "\n");
  EXPECT_EQ(query("PRAGMA user_version"), "2\n");
  EXPECT_EQ(query("PRAGMA journal_mode"), "delete\n");
  EXPECT_EQ(query("PRAGMA integrity_check"), "ok\n");
  EXPECT_EQ(query("SELECT value FROM header WHERE key IN ('complete', 'peak_bytes')"), "1\n6000\n");
}

TEST_F(Shell, FrameLinesNamesFramesAndTheirInlinedCalls) {
  EXPECT_EQ(query("SELECT frame, depth, function, file, line, module FROM frame_lines"
                  " ORDER BY frame, depth"),
            "0|0|inner(int)|/home/user/src/a.h|7|/home/user/src/prog\n"
            "0|1|outer()|/home/user/src/a.cpp|70|/home/user/src/prog\n"
            "1|0|__libc_start_call_main||0|/usr/lib/libc.so.6\n"
            "2|0|||0|\n"
            "3|0||||\n");
}

TEST_F(Shell, TallyValuesNamesThreads) {
  EXPECT_EQ(query("SELECT tally, pid, thread, size_from, total_bytes, live_at_peak_count"
                  " FROM tally_values ORDER BY tally"),
            "0|4000001|prog|16|9000|51\n"
            "1|78|pool-worker|-9223372036854775808|1000|10\n"
            "2|78|pool-worker|0|0|0\n");
}

TEST_F(Shell, LinesSumsByMostRecentFrame) {
  EXPECT_EQ(query("SELECT file, line, function, total_bytes, live_at_peak_bytes FROM lines"
                  " ORDER BY total_bytes DESC"),
            "/home/user/src/a.h|7|inner(int)|9000|5000\n"
            "|0||1000|1000\n");
}

// The query of docs/recording.md for the frames of one trace.
TEST_F(Shell, AStackIsARecursiveQuery) {
  EXPECT_EQ(query("WITH RECURSIVE stack(trace, parent, frame, height) AS ("
                  " SELECT id, parent, frame, 0 FROM traces WHERE id = 2"
                  " UNION ALL SELECT t.id, t.parent, t.frame, height + 1"
                  " FROM traces t JOIN stack s ON t.id = s.parent WHERE s.parent <> 0)"
                  " SELECT function, line FROM stack JOIN frame_lines USING (frame)"
                  " ORDER BY height, depth"),
            "inner(int)|7\nouter()|70\n__libc_start_call_main|0\n");
}

}  // namespace

}  // namespace heaptally::test
