// The tables and views as a user of the sqlite3 shell meets them.
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/recording/recording_fixture.h"

namespace heaptally::test {

namespace {

class Shell : public RecordingTest {
 protected:
  Shell() {
    RecordingWriter writer(path("a"), false);
    write_sample(writer);
    open(path("a"));
  }
  ~Shell() override { sqlite3_close(handle_); }

  void open(const std::filesystem::path& path) {
    sqlite3_close(handle_);
    sqlite3_open_v2(path.c_str(), &handle_, SQLITE_OPEN_READONLY, nullptr);
  }

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
  EXPECT_EQ(query("PRAGMA user_version"), "4\n");
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

TEST_F(Shell, TraceFramesIsAStackMostRecentCallFirst) {
  EXPECT_EQ(query("SELECT height, depth, function, line, module FROM trace_frames WHERE trace = 2"
                  " ORDER BY height, depth"),
            "0|0|inner(int)|7|/home/user/src/prog\n"
            "0|1|outer()|70|/home/user/src/prog\n"
            "1|0|__libc_start_call_main|0|/usr/lib/libc.so.6\n");
  EXPECT_EQ(query("SELECT trace, count(*) FROM trace_frames GROUP BY trace ORDER BY trace"),
            "1|1\n2|3\n3|1\n4|4\n");
}

// Else a question about one trace would walk from all of them.
TEST_F(Shell, TraceFramesWalksFromTheTraceAskedForAlone) {
  const std::string plan =
      query("EXPLAIN QUERY PLAN SELECT * FROM trace_frames WHERE trace = 2 ORDER BY height, depth");
  EXPECT_NE(plan.find("SEARCH t USING INTEGER PRIMARY KEY"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("SCAN t"), std::string::npos) << plan;
}

TEST_F(Shell, ProcessImagesPutsImagesTogether) {
  EXPECT_EQ(query("SELECT image, process FROM process_images ORDER BY image"),
            "0|0\n1|1\n2|1\n3|3\n4|4\n");
}

TEST_F(Shell, ProcessListHasARowForEachProcess) {
  EXPECT_EQ(query("SELECT process, pid, parent_pid, command, images, processes, exit_status,"
                  " not_recorded FROM process_list ORDER BY start_ns"),
            "0|4000001|77|./prog --flag=a b|1|1|139|\n"
            "1|78|4000001|/usr/bin/true|2|1|0|\n"
            "3|0|0|/bin/echo|1|4000||\n"
            "4|80|78|/sbin/ldconfig -p|1|1|2|it is statically linked\n");
  EXPECT_EQ(query("SELECT pid, start_ns, end_ns, total_bytes, total_count, live_at_end_bytes,"
                  " live_at_end_count, peak_bytes, peak_count, peak_time_ns, peak_image"
                  " FROM process_list WHERE pid = 78"),
            "78|1000000000|2500000000|1000|11|1000|10|1000|9|1999999999|1\n");
}

TEST_F(Shell, PeakLinesAreInOrder) {
  EXPECT_EQ(query("SELECT * FROM peak_lines LIMIT 10"),
            "/home/user/src/a.h|7|inner(int)|/home/user/src/prog|5000|51|83.3\n"
            "|0|||1000|10|16.7\n");
}

TEST_F(Shell, ProcessLinesTellsWhatAProcessHeldAtItsOwnPeak) {
  EXPECT_EQ(query("SELECT process, pid, command, file, line, total_bytes, live_at_peak_bytes,"
                  " live_at_process_peak_bytes, live_at_process_peak_count FROM process_lines"
                  " ORDER BY process, total_bytes DESC"),
            "0|4000001|./prog --flag=a b|/home/user/src/a.h|7|9000|5000|5600|56\n"
            "1|78|/usr/bin/true||0|1000|1000|1000|9\n"
            "1|78|/usr/bin/true|/home/user/src/a.h|7|0|0|0|0\n");
}

TEST_F(Shell, ThreadValuesSumsByThread) {
  EXPECT_EQ(query("SELECT task, pid, tid, thread, threads, command, total_bytes, total_count,"
                  " live_at_peak_bytes FROM thread_values ORDER BY task"),
            "0|4000001|4000001|prog|1|./prog --flag=a b|9000|90|5000\n"
            "1|78|78|pool-worker|300|sh -c true|1000|11|1000\n");
}

TEST_F(Shell, TimelineRowsAreWithoutBlobs) {
  EXPECT_EQ(query("SELECT start_ns, end_ns, max_live_bytes FROM timeline_rows ORDER BY start_ns"),
            "0|100000000|2000\n"
            "100000000|200000000|6000\n"
            "900000000|1000000000|6000\n"
            "3000000000|3100000000|35184372088832\n");
  EXPECT_EQ(query("SELECT count(*) FROM timeline_rows WHERE packed_bytes < 10"), "0\n");
}

// SQLite itself keeps a view of a stranger's file from calling what could do harm.
TEST_F(Shell, EveryViewWorksWithoutATrustedSchema) {
  query("PRAGMA trusted_schema = OFF");
  const std::string views = query("SELECT name FROM sqlite_schema WHERE type = 'view'");
  EXPECT_EQ(std::count(views.begin(), views.end(), '\n'), 11);
  std::istringstream names(views);
  for (std::string name; std::getline(names, name);) {
    EXPECT_NE(query(("SELECT count(*) FROM " + name).c_str()), "0\n") << name;
  }
}

// Each example is a comment, a query up to its semicolon, and perhaps what it gives in the golden
// file, which holds the same, up to an empty line; all indented by four.
TEST_F(Shell, TheExamplesOfTheDocumentationAreTrue) {
  std::ifstream documentation(HEAPTALLY_DOCUMENTATION);
  int examples = 0;
  for (std::string line; std::getline(documentation, line);) {
    if (!line.starts_with("    -- ")) continue;
    SCOPED_TRACE(line);
    std::string sql;
    while (std::getline(documentation, line) && !line.empty()) {
      sql += line.substr(4) + "\n";
      if (line.ends_with(";")) break;
    }
    std::string documented;
    while (std::getline(documentation, line) && !line.empty()) documented += line.substr(4) + "\n";
    const std::string result = query(sql.c_str());
    EXPECT_EQ(documented.empty() ? "" : result, documented);
    ++examples;
  }
  EXPECT_EQ(examples, 11);
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
