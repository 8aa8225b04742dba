#include "core/report/statistics_report.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

class Reports : public testing::Test {
 protected:
  Reports() {
    const FrameId main = recording_.line("main.cpp", 3, "main");
    recording_.allocate(recording_.trace({main, recording_.line("a.cpp", 5, "f")}), {5002, 2});
    recording_.allocate(recording_.trace({main, recording_.line("b.cpp", 1, "g")}), {66, 1});
    recording_.allocate(recording_.trace({main, recording_.symbol("h, \"i\"", 1)}), {10, 3});
  }

  template <class Write>
  std::string written(Write write) {
    const Profile profile(recording_.data, {});
    const Snapshot snapshot =
        take_snapshot(recording_.data, recording_.timeline(), metric_, moment_);
    const Statistics rows = statistics(profile, snapshot, query_);
    std::ostringstream out;
    const StatisticsReport report{
        .profile = profile, .snapshot = snapshot, .query = query_, .statistics = rows};
    write(report, out);
    return out.str();
  }
  std::string text() {
    return written([](const auto& report, auto& out) { write_text(report, out); });
  }
  std::string csv() {
    return written([](const auto& report, auto& out) { write_csv(report, out); });
  }
  nlohmann::json json() {
    return nlohmann::json::parse(
        written([](const auto& report, auto& out) { write_json(report, out); }));
  }
  std::string heading() {
    return written([](const auto& report, auto& out) { out << heading_text(report); });
  }

  RecordingBuilder recording_;
  Query query_;
  Metric metric_ = Metric::kLive;
  Moment moment_;
};

TEST(StatisticText, IsTracemallocs) {
  EXPECT_EQ(statistic_text("b.cpp:1", {66, 1}), "b.cpp:1: size=66 B, count=1, average=66 B");
  EXPECT_EQ(statistic_text("a.cpp:5", {5002, 2}), "a.cpp:5: size=5002 B, count=2, average=2501 B");
  EXPECT_EQ(statistic_text("a.cpp:5", {0, 0}), "a.cpp:5: size=0 B, count=0");
  EXPECT_EQ(statistic_text("a.cpp:5", {5, 2}), "a.cpp:5: size=5 B, count=2, average=2 B");
  EXPECT_EQ(statistic_text("a.cpp:5", {12000, 12000}),
            "a.cpp:5: size=11.7 KiB, count=12000, average=1 B");
}

TEST_F(Reports, AreTextWithAHeading) {
  query_.limit = 2;
  EXPECT_EQ(text(),
            "# live at the peak, 2.5 s (exact), by lineno\n"
            "# 5078 B in 6 blocks; top 2 of 3 lines cover 99.8 %\n"
            "a.cpp:5: size=5002 B, count=2, average=2501 B\n"
            "b.cpp:1: size=66 B, count=1, average=66 B\n");
}

TEST_F(Reports, NameModulesWithoutDebugInformation) {
  EXPECT_EQ(text(),
            "# live at the peak, 2.5 s (exact), by lineno\n"
            "# 5078 B in 6 blocks; all 3 lines cover 100.0 %\n"
            "# no debug information: /bin/program; only modules and symbols told their sites\n"
            "a.cpp:5: size=5002 B, count=2, average=2501 B\n"
            "b.cpp:1: size=66 B, count=1, average=66 B\n"
            "/bin/program:h, \"i\"+0x2: size=10 B, count=3, average=3 B\n");
}

TEST_F(Reports, TellWhatWasFilteredAndHow) {
  query_.filters = {parse_filter("*.cpp", true, true), parse_filter("b.cpp:1", false, true)};
  query_.threads = {"main"};
  query_.sort = SortBy::kCount;
  query_.cumulative = true;
  EXPECT_EQ(heading(),
            "# live at the peak, 2.5 s (exact), by lineno, sorted by count, cumulative\n"
            "# 5012 B in 5 blocks; all 3 lines cover 100.0 % of the count\n"
            "# only --filter '*.cpp' --exclude 'b.cpp:1' --all-frames --thread 'main': "
            "5012 B in 5 blocks of 5078 B in 6 blocks\n"
            "# no debug information: /bin/program; only modules and symbols told their sites\n");
}

TEST_F(Reports, TellWhatIsMissing) {
  recording_.data.header.complete = false;
  recording_.data.header.lost_events = 1200;
  recording_.data.header.rejected_events = 1;
  recording_.data.header.nested_events = 9;
  query_.limit = 1;
  EXPECT_EQ(heading(),
            "# live at the peak, 2.5 s (the highest edge of a time bucket), by lineno\n"
            "# 5078 B in 6 blocks; top 1 of 3 lines covers 98.5 %\n"
            "# incomplete: the recording was not finished, 1,200 events lost, 1 event rejected\n");
}

TEST_F(Reports, TellWhichMomentIsShown) {
  recording_.bucket(1000, 1000, {});
  recording_.bucket(2000, 1000, {});
  query_.filters = {parse_filter("nothing", true, false)};
  const auto first_line = [this](Metric metric, const char* moment) {
    metric_ = metric;
    moment_ = parse_moment(moment);
    const std::string text = heading();
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(first_line(Metric::kLive, "end"), "# live at the end, 10 s (exact), by lineno");
  EXPECT_EQ(first_line(Metric::kTotal, "end"),
            "# total from the start to the end, 10 s (exact), by lineno");
  EXPECT_EQ(first_line(Metric::kLive, "2"), "# live at 2 s (exact), by lineno");
  EXPECT_EQ(first_line(Metric::kLive, "2.25s"),
            "# live at 2 s (exact; the last edge of a time bucket before 2.25 s), by lineno");
  EXPECT_EQ(first_line(Metric::kTemporary, "2.25s"),
            "# temporary from the start to 2 s (exact; the last edge of a time bucket before "
            "2.25 s), by lineno");
  EXPECT_EQ(first_line(Metric::kTotal, "peak"),
            "# total from the start to 2 s (exact; the last edge of a time bucket before the "
            "peak at 2.5 s), by lineno");
  EXPECT_EQ(first_line(Metric::kLive, "20%"), "# live at 20 % of the run, 2 s (exact), by lineno");
  EXPECT_EQ(first_line(Metric::kLive, "start"), "# live at the start, 0 s (exact), by lineno");
}

TEST_F(Reports, TellOfProcesses) {
  const ProcessId compiler = recording_.process(200, "/usr/bin/cc -O2 a.c", 100);
  recording_.data.processes[index_of(compiler)].peak = {64, 2};
  recording_.data.processes[index_of(compiler)].peak_time = std::chrono::milliseconds(1250);
  const TraceId trace = recording_.trace({recording_.line("a.c", 1, "parse")});
  recording_.allocate(trace, {64, 2}, recording_.task("cc", 200, 1, compiler));
  recording_.bucket(1000, 1000, {});
  query_.group = Group::kProcess;
  EXPECT_EQ(text(),
            "# live at the peak, 2.5 s (exact), by process\n"
            "# 5142 B in 8 blocks; all 2 processes cover 100.0 %\n"
            "program (100): size=5078 B, count=6, average=846 B\n"
            "/usr/bin/cc -O2 a.c (200): size=64 B, count=2, average=32 B\n");
  EXPECT_EQ(csv(),
            "label,file,line,function,module,size,count,average,traceback\n"
            "program (100),,,,,5078,6,846.3333333333334,\n"
            "/usr/bin/cc -O2 a.c (200),,,,,64,2,32,\n");

  query_.processes = {"cc"};
  moment_ = parse_moment("peak:200");
  EXPECT_EQ(text(),
            "# live at the peak of /usr/bin/cc -O2 a.c (200), 1.25 s (exact), by process\n"
            "# 64 B in 2 blocks; 1 process covers 100.0 %\n"
            "# only --process 'cc': 64 B in 2 blocks of 64 B in 2 blocks\n"
            "/usr/bin/cc -O2 a.c (200): size=64 B, count=2, average=32 B\n");
  const nlohmann::json answer = json();
  EXPECT_EQ(answer["moment"], "peak");
  EXPECT_EQ(answer["moment_pid"], 200);
  EXPECT_EQ(answer["processes"], nlohmann::json({"cc"}));
  EXPECT_EQ(answer["statistics"][0]["process"], "/usr/bin/cc -O2 a.c");
  EXPECT_EQ(answer["statistics"][0]["pid"], 200);
  EXPECT_EQ(answer["statistics"][0]["processes"], 1);

  metric_ = Metric::kTotal;
  EXPECT_EQ(
      heading().substr(0, heading().find('\n')),
      "# total from the start to 1 s (exact; the last edge of a time bucket before the peak of "
      "/usr/bin/cc -O2 a.c (200) at 1.25 s), by process");
  metric_ = Metric::kLive;
  moment_ = parse_moment("end");
  EXPECT_EQ(heading().substr(0, heading().find('\n')),
            "# live at the end of each process, 10 s (exact), by process");
}

TEST_F(Reports, OfNothingSaySo) {
  query_.filters = {parse_filter("nothing", true, false)};
  EXPECT_EQ(text(),
            "# live at the peak, 2.5 s (exact), by lineno\n"
            "# 0 B in 0 blocks; nothing to show\n"
            "# only --filter 'nothing': 0 B in 0 blocks of 5078 B in 6 blocks\n");
}

TEST_F(Reports, ShowTracebacksWithTheirSource) {
  const std::string path = testing::TempDir() + "/heaptally_report.cpp";
  std::ofstream(path) << "int main() {\n   f();  \n}\n";
  RecordingBuilder recording;
  const FrameId cut = recording.frame({}, kNoModule, FrameKind::kCut);
  recording.allocate(
      recording.trace({cut, recording.line(path, 2), recording.line("missing.cpp", 7),
                       recording.symbol("malloc", 4)}),
      {64, 1});
  recording_ = recording;
  query_.group = Group::kTraceback;
  EXPECT_EQ(text(),
            "# live at the peak, 2.5 s (exact), by traceback\n"
            "# 64 B in 1 block; 1 traceback covers 100.0 %\n"
            "missing.cpp:7: size=64 B, count=1, average=64 B\n"
            "  ... (outermost frames were cut off)\n"
            "  File \"" +
                path +
                "\", line 2\n"
                "    f();\n"
                "  File \"missing.cpp\", line 7\n"
                "  File \"/bin/program\", malloc+0x5\n");
  std::filesystem::remove(path);
}

TEST_F(Reports, AreCsv) {
  EXPECT_EQ(csv(),
            "label,file,line,function,module,size,count,average,traceback\n"
            "a.cpp:5,a.cpp,5,f,/bin/program,5002,2,2501,\n"
            "b.cpp:1,b.cpp,1,g,/bin/program,66,1,66,\n"
            "\"/bin/program:h, \"\"i\"\"+0x2\",,,\"h, \"\"i\"\"\",/bin/program,10,3,"
            "3.3333333333333335,\n");
  query_.group = Group::kTraceback;
  query_.limit = 1;
  EXPECT_EQ(csv(),
            "label,file,line,function,module,size,count,average,traceback\n"
            "a.cpp:5,a.cpp,5,f,/bin/program,5002,2,2501,main.cpp:3; a.cpp:5\n");
  query_.group = Group::kThread;
  EXPECT_EQ(csv(),
            "label,file,line,function,module,size,count,average,traceback\n"
            "main (100),,,,,5078,6,846.3333333333334,\n");
}

TEST_F(Reports, AreJson) {
  query_.limit = 1;
  query_.group = Group::kTraceback;
  recording_.data.header.late_events = 3;
  EXPECT_EQ(json(), nlohmann::json::parse(R"({
    "command": ["program", "an argument"],
    "metric": "live", "moment": "peak", "moment_pid": null, "moment_domain": null,
    "moment_ns": 2500000000, "from_ns": null,
    "exact": true,
    "group": "traceback", "sort": "size", "cumulative": false, "raw": false,
    "filters": [], "through": [], "without": [], "threads": [], "processes": [], "domains": [],
    "total": {"bytes": 5078, "count": 6}, "unfiltered": {"bytes": 5078, "count": 6},
    "covered": {"bytes": 5002, "count": 2}, "shown": 1, "groups": 3,
    "incomplete": true, "finished": true,
    "counts": {"lost_events": 0, "inferred_frees": 0, "late_events": 3, "rejected_events": 0,
               "unknown_frees": 0, "inherited_frees": 0, "untraced_frees": 0, "domain_unknown_frees": 0,
               "domain_inferred_frees": 0, "nested_events": 0, "cut_stacks": 0, "fallback_stacks": 0,
               "unrecorded_processes": 0, "dropped_marks": 0, "marks_after_crossings": 0},
    "statistics": [
      {"label": "a.cpp:5", "file": "a.cpp", "line": 5, "function": "f", "module": "/bin/program",
       "size": 5002, "count": 2, "average": 2501.0,
       "traceback": [
         {"file": "main.cpp", "line": 3, "function": "main", "module": "/bin/program"},
         {"file": "a.cpp", "line": 5, "function": "f", "module": "/bin/program"}]}]})"));
}

TEST_F(Reports, AreJsonForEveryGroup) {
  for (const Group group : {Group::kLine, Group::kFile, Group::kFunction, Group::kModule,
                            Group::kTraceback, Group::kThread, Group::kProcess, Group::kSize}) {
    query_.group = group;
    const nlohmann::json rows = json()["statistics"];
    std::uint64_t size = 0;
    for (const nlohmann::json& row : rows) size += row["size"].get<std::uint64_t>();
    EXPECT_EQ(size, 5078u) << name_of(group);
  }
  query_.filters = {parse_filter("nothing", true, false)};
  EXPECT_TRUE(json()["statistics"].empty());
}

TEST_F(Reports, AreJsonEvenOfWhatIsNotUtf8) {
  recording_.allocate(recording_.trace({recording_.line("a\xff.cpp", 5)}), {9999, 1});
  EXPECT_EQ(json()["statistics"][0]["line"], 5);
}

TEST(Format, ReadsItsNames) {
  EXPECT_EQ(parse_format("text"), Format::kText);
  EXPECT_EQ(parse_format("json"), Format::kJson);
  EXPECT_EQ(parse_format("csv"), Format::kCsv);
  EXPECT_THROW(parse_format("xml"), Error);
}

}  // namespace
}  // namespace heaptally
