// The texts, JSON and CSV of timeline, sizes, lifetimes, threads, processes and temporary.
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/report/lifetimes_report.h"
#include "core/report/processes_report.h"
#include "core/report/sizes_report.h"
#include "core/report/temporaries_report.h"
#include "core/report/threads_report.h"
#include "core/report/timeline_report.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

struct Written {
  std::string text, csv;
  nlohmann::json json;
};

template <class Report>
Written written(const Report& report) {
  std::ostringstream text, json, csv;
  write_text(report, text);
  write_json(report, json);
  write_csv(report, csv);
  return {text.str(), csv.str(), nlohmann::json::parse(json.str())};
}

struct SmallRecording : RecordingBuilder {
  SmallRecording() {
    tally(trace({line("main.cpp", 3), line("src/a.cpp", 5)}),
          {.total = {640, 10},
           .temporary = {256, 4},
           .live_at_end = {64, 1},
           .live_at_peak = {128, 2},
           .live_at_process_peak = {128, 2},
           .lifetimes = {{10, 6}, {11, 3}}},
          TaskId{0}, SizeClass{7});
    bucket(0, 2000, {{TallyId{0}, {640, 10}, {320, 5}, {}}});
    bucket(2000, 1000, {{TallyId{0}, {}, {256, 4}, {}}});
    buckets[0].max_live_bytes = 2048;
    buckets[1].max_live_bytes = 1024;
    data.header.peak = {2048, 7};
    data.header.peak_time = std::chrono::milliseconds(1500);
    data.processes[0].total = {640, 10};
    data.processes[0].peak = {128, 2};
    data.processes[0].live_at_end = {64, 1};
    data.marks = {{"half", std::chrono::seconds(5), ProcessId{0}}};
  }

  Snapshot snapshot(Metric metric, Moment::Kind kind) const {
    return take_snapshot(data, timeline(), metric, {.kind = kind});
  }
};

TEST(SizesReport, HasALineForEachClass) {
  const SmallRecording recording;
  const Profile profile(recording.data, {});
  const Snapshot live = recording.snapshot(Metric::kLive, Moment::Kind::kPeak);
  const Query query;
  const Sizes rows =
      sizes(profile, recording.snapshot(Metric::kTotal, Moment::Kind::kEnd), live, query);
  const Written report =
      written(SizesReport{.profile = profile, .live = live, .query = query, .sizes = rows});
  EXPECT_EQ(report.text,
            "# sizes of 640 B in 10 allocations in the whole run\n"
            "# and of 128 B in 2 blocks live at the peak, 1.5 s (exact)\n"
            "  size           allocations    share  bytes                live blocks  "
            "live bytes    share\n"
            "  [64 B, 128 B)           10  100.0 %  640 B  ████████████            2  "
            "     128 B  100.0 %  ████████████\n");
  EXPECT_EQ(report.csv,
            "label,size_from,size_to,total_bytes,total_count,live_bytes,live_count\n"
            "\"[64 B, 128 B)\",64,127,640,10,128,2\n");
  EXPECT_EQ(report.json["sizes"][0]["total_count"], 10);
  EXPECT_EQ(report.json["live"]["bytes"], 128);
  EXPECT_EQ(report.json["exact"], true);
}

TEST(LifetimesReport, HasALineForEachClass) {
  const SmallRecording recording;
  const Profile profile(recording.data, {});
  const Query query;
  const Lifetimes rows = lifetimes(profile, query);
  const Written report =
      written(LifetimesReport{.profile = profile, .query = query, .lifetimes = rows});
  EXPECT_EQ(report.text,
            "# lifetimes of 9 freed blocks in the whole run; 1 was never freed\n"
            "  lifetime            blocks   share   within\n"
            "  [512 ns, 1.02 us)        6  66.7 %   66.7 %  "
            "████████████████████████████████████████\n"
            "  [1.02 us, 2.05 us)       3  33.3 %  100.0 %  ████████████████████\n");
  EXPECT_EQ(report.json["lifetimes"][1]["from_ns"], 1024);
  EXPECT_EQ(report.json["lifetimes"][1]["count"], 3);
  EXPECT_EQ(report.json["freed"], 9);
  EXPECT_EQ(report.json["whole_run"], true);
  EXPECT_EQ(report.csv.substr(0, report.csv.find('.')), "from_ns,to_ns,count,share\n512,1024,6,0");
}

TEST(LifetimesReport, SaysWhyAnUnfinishedRecordingHasNone) {
  SmallRecording recording;
  recording.data.header.complete = false;
  recording.data.totals[0].lifetimes.clear();
  const Profile profile(recording.data, {});
  const Query query;
  const Lifetimes rows = lifetimes(profile, query);
  const std::string text =
      written(LifetimesReport{.profile = profile, .query = query, .lifetimes = rows}).text;
  EXPECT_NE(text.find("there are none\nnothing to show\n"), std::string::npos) << text;
}

TEST(LifetimesReport, WritesThreeDigits) {
  EXPECT_EQ(lifetime_text(0), "0 ns");
  EXPECT_EQ(lifetime_text(1), "1 ns");
  EXPECT_EQ(lifetime_text(512), "512 ns");
  EXPECT_EQ(lifetime_text(16384), "16.4 us");
  EXPECT_EQ(lifetime_text(std::uint64_t{1} << 30), "1.07 s");
  EXPECT_EQ(lifetime_text(std::uint64_t{1} << 36), "1.15 min");
  EXPECT_EQ(lifetime_text(std::uint64_t{1} << 63), "106752 d");
}

TEST(ThreadsReport, IsATable) {
  const SmallRecording recording;
  const Profile profile(recording.data, {});
  const Query query;
  const Threads rows = threads(profile, query, ThreadOrder::kTotal);
  const Written report = written(ThreadsReport{
      .profile = profile, .query = query, .order = ThreadOrder::kTotal, .threads = rows});
  EXPECT_EQ(report.text,
            "# threads in the whole run, sorted by total; 1 row\n"
            "# 640 B in 10 allocations; blocks are their allocating thread's\n"
            "  thread  TID  allocations  total    share  temporary  at peak  at end  process\n"
            "  main    100           10  640 B  100.0 %     40.0 %    128 B    64 B  "
            "program (100)\n");
  EXPECT_EQ(report.json["threads"][0]["live_at_peak"]["bytes"], 128);
  EXPECT_EQ(report.json["threads"][0]["share"], 1.0);
  EXPECT_NE(report.csv.find("\nmain (100),main,100,1,program,100,640,10,256,4,128,2,64,1,1\n"),
            std::string::npos)
      << report.csv;
}

TEST(ProcessesTable, HasAllColumns) {
  SmallRecording recording;
  const ProcessId refused = recording.process(200, "/sbin/ldconfig", 100);
  recording.data.processes[index_of(refused)].not_recorded = "it is statically linked";
  const Profile profile(recording.data, {});
  const Processes processes(recording.data);
  const Query query;
  const ChosenProcesses chosen = choose_processes(profile, processes, query);
  const Written report = written(ProcessesReport{
      .profile = profile, .processes = processes, .query = query, .chosen = chosen});
  EXPECT_EQ(report.text,
            "# 2 processes; 640 B in 10 allocations in all, 128 B live at the peak of the tree\n"
            "  PID  parent  command             start  duration  exit  allocations  total  "
            "temporary  own peak  at peak  at end\n"
            "  100       0  program              0 us   1.000 s  0              10  640 B  "
            "   40.0 %     128 B    128 B    64 B\n"
            "  200     100    /sbin/ldconfig  1.000 s   1.000 s  0                         "
            "                                      not recorded: it is statically linked\n");
  ASSERT_EQ(report.json["processes"].size(), 2u);
  EXPECT_EQ(report.json["processes"][1]["depth"], 1);
  EXPECT_EQ(report.json["processes"][0]["peak"]["bytes"], 128);
  EXPECT_NE(
      report.csv.find("\n100,0,0,1,1,program,0,1000000000,0,,640,10,256,4,128,2,0,128,2,64,1\n"),
      std::string::npos)
      << report.csv;
}

TEST(TemporariesReport, SaysWhatShareOfTheLineItIs) {
  const SmallRecording recording;
  const Profile profile(recording.data, {});
  const Snapshot temporary = recording.snapshot(Metric::kTemporary, Moment::Kind::kEnd);
  Query query;
  query.sort = SortBy::kCount;
  const Temporaries rows = temporaries(
      profile, temporary, recording.snapshot(Metric::kTotal, Moment::Kind::kEnd), query);
  const Written report = written(TemporariesReport{
      .profile = profile, .snapshot = temporary, .query = query, .temporaries = rows});
  EXPECT_NE(report.text.find("\n# 40.0 % of 10 allocations were temporary: freed by their thread "
                             "before it allocated again\n"
                             "src/a.cpp:5: size=256 B, count=4, average=64 B, 40.0 % of 10\n"),
            std::string::npos)
      << report.text;
  EXPECT_EQ(report.json["statistics"][0]["share"], 0.4);
  EXPECT_EQ(report.json["statistics"][0]["total_size"], 640);
  EXPECT_NE(report.csv.find("src/a.cpp:5,src/a.cpp,5,function,/bin/program,256,4,64,640,10,0.4,"),
            std::string::npos)
      << report.csv;
}

TEST(TimelineReport, IsAPlotWithAxes) {
  const SmallRecording recording;
  const Profile profile(recording.data, {});
  const Query query;
  const HeapTimeline rows =
      heap_timeline(profile, recording.timeline(), query, Nanoseconds(0), std::chrono::seconds(10));
  const Written report = written(TimelineReport{.profile = profile,
                                                .query = query,
                                                .timeline = rows,
                                                .dots = PlotDots::kBlocks,
                                                .width = 50,
                                                .height = 4});
  EXPECT_EQ(report.text,
            "# live bytes from 0 s to 10 s; a column shows the greatest within it (as recorded)\n"
            "                ▼ peak 2048 B at 1.500 s\n"
            "   2 KiB ┤████████\n"
            "         │████████\n"
            "   1 KiB ┤████████████\n"
            "         │████████████▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁\n"
            "     0 B └┬───────────────────┬───────────────────\n"
            "          0 s                 5 s\n"
            "   marks                      ▲half\n");
  ASSERT_EQ(report.json["timeline"].size(), 2u);
  EXPECT_EQ(report.json["timeline"][1]["live_bytes"], 64);
  EXPECT_EQ(report.json["peak"]["exact"], true);
  EXPECT_EQ(report.csv.substr(report.csv.find('\n') + 1),
            "0,2000000000,320,5,2048,640,10,320,5,,\n"
            "2000000000,3000000000,64,1,1024,0,0,256,4,,\n");
}

TEST(TimelineReport, OfAFilterSaysThatItKnowsTheEdges) {
  const SmallRecording recording;
  const Profile profile(recording.data, {});
  Query query;
  query.filters.push_back(parse_filter("*/a.cpp", true, false));
  const HeapTimeline rows =
      heap_timeline(profile, recording.timeline(), query, Nanoseconds(0), std::chrono::seconds(10));
  const std::string text =
      written(TimelineReport{.profile = profile, .query = query, .timeline = rows}).text;
  EXPECT_NE(text.find("# only --filter '*/a.cpp': at edges of time buckets"), std::string::npos);
  EXPECT_NE(text.find("peak 320 B at 2.000 s (an edge)"), std::string::npos) << text;
}

}  // namespace
}  // namespace heaptally
