#include "core/report/summary_report.h"

#include <sstream>

#include <gtest/gtest.h>

#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

std::string text(const RecordingBuilder& recording, std::size_t processes = 20) {
  const Profile profile(recording.data, {});
  std::ostringstream out;
  write_text(profile, summarize(profile, 5), processes, out);
  return out.str();
}

RecordingBuilder small_recording() {
  RecordingBuilder recording;
  const FrameId main = recording.line("main.cpp", 3, "main");
  const TraceId a = recording.trace({main, recording.line("src/a.cpp", 5)});
  const TraceId b = recording.trace({main, recording.line("src/b.cpp", 12)});
  recording.tally(a, {.total = {40960, 1200},
                      .temporary = {4096, 120},
                      .live_at_end = {},
                      .live_at_peak = {20480, 600},
                      .live_at_process_peak = {},
                      .lifetimes = {}});
  recording.tally(b, {.total = {1024, 1},
                      .temporary = {},
                      .live_at_end = {1024, 1},
                      .live_at_peak = {1024, 1},
                      .live_at_process_peak = {},
                      .lifetimes = {}});
  Header& header = recording.data.header;
  header.total = {41984, 1201};
  header.temporary = {4096, 120};
  header.peak = {21504, 601};
  header.live_at_end = {1024, 1};
  header.frees = 1200;
  header.first_rss = 1 << 20;
  header.peak_rss = (1 << 20) + 24576;
  return recording;
}

TEST(SummaryReport, OfAnImportedRecordingSaysWhatIsNotKnown) {
  RecordingBuilder recording = small_recording();
  Header& header = recording.data.header;
  header.imported_from = "heaptrack 1.4.0";
  header.command = {"prog with its arguments"};
  header.exit_status = kUnknownExit;
  header.first_rss = 0;
  const std::string summary = text(recording);
  EXPECT_TRUE(
      summary.starts_with("command       prog with its arguments\n"
                          "imported      from heaptrack 1.4.0: time goes on in steps of "
                          "about 10 ms\n"
                          "duration      10.000 s, how it ended is not known\n"
                          "threads       not known\n"))
      << summary;
  EXPECT_NE(summary.find("\npeak RSS      1048 KiB\n"), std::string::npos) << summary;
}

TEST(SummaryReport, IsTwoAlignedColumnsAndTheTopLines) {
  EXPECT_EQ(text(small_recording()), R"(command       program 'an argument'
duration      10.000 s, exit status 0
threads       1
allocations   1,201, 41.0 KiB in all
frees         1,200
temporary     120, 10.0 % of the allocations, 4096 B
peak          21.0 KiB in 601 blocks, at 2.500 s
live at end   1024 B in 1 block
peak RSS      1048 KiB, grown by 24.0 KiB; the heap explains 88 % of that

top lines at the peak
    20.0 KiB   95.2 %    600 blocks  src/a.cpp:5
      1024 B    4.8 %       1 block  src/b.cpp:12

top lines at the end
      1024 B  100.0 %       1 block  src/b.cpp:12

top lines of all allocations
    40.0 KiB   97.6 %  1,200 blocks  src/a.cpp:5
      1024 B    2.4 %       1 block  src/b.cpp:12
)");
}

TEST(SummaryReport, HasALineForEachOtherDomain) {
  RecordingBuilder recording = small_recording();
  recording.data.domains = {
      {kHeapDomain, "heap"},
      {kMappedDomain, "mmap", {8192, 2}, {4096, 1}, {8192, 2}, std::chrono::milliseconds(5)},
      {kAllocatorDomain, "allocator"},
      {DomainId{3}, "po\nol", {15, 1}, {}, {15, 1}, std::chrono::milliseconds(1500)}};
  EXPECT_NE(
      text(recording).find("live at end   1024 B in 1 block\n"
                           "domain        mmap: 8192 B in 2 allocations; peak 8192 B in 2 "
                           "blocks, at 5.0 ms; live at end 4096 B in 1 block\n"
                           "domain        po\\x0aol: 15 B in 1 allocation; peak 15 B in 1 block, "
                           "at 1.500 s; live at end 0 B in 0 blocks\n"
                           "peak RSS "),
      std::string::npos)
      << text(recording);
}

TEST(SummaryReport, ListsMarksAsTheyAreAskedFor) {
  RecordingBuilder recording = small_recording();
  const auto mark = [&](const char* name, int milliseconds) {
    recording.data.marks.push_back({name, std::chrono::milliseconds(milliseconds), {}});
  };
  mark("loaded", 200);
  mark("two\nlines", 900);
  mark("loaded", 1500);
  EXPECT_NE(text(recording).find("\nmarks\n"
                                 "    200.0 ms  loaded\n"
                                 "    900.0 ms  two\\x0alines\n"
                                 "     1.500 s  loaded#2\n"
                                 "\ntop lines at the peak\n"),
            std::string::npos)
      << text(recording);
  for (int i = 0; i < 1000; ++i) mark("many", 2000 + i);
  EXPECT_NE(text(recording).find("#17\n  and 983 more; heaptally sql FILE"), std::string::npos)
      << text(recording);
}

TEST(SummaryReport, TellsWhatIsOutOfTheOrdinary) {
  RecordingBuilder recording = small_recording();
  Header& header = recording.data.header;
  header.exit_status = 139;
  header.lost_events = 1;
  header.unknown_frees = 2;
  header.unrecorded_processes = 3;
  header.waited = std::chrono::milliseconds(20);
  header.peak_rss = 100 << 20;
  const std::string report = text(recording);
  for (const char* line :
       {"duration      10.000 s, exit status 139 (signal 11)\n", "incomplete    1 event lost\n",
        "note          2 frees of unknown blocks\n",
        "note          3 child processes not recorded\n",
        "note          the program's threads waited 20.0 ms in all for heaptally\n",
        "peak RSS      100 MiB, grown by 99.0 MiB; the heap explains 0 % of that\n",
        "warning       the heap explains little of the memory's growth"}) {
    EXPECT_NE(report.find(line), std::string::npos) << line << report;
  }
}

RecordingBuilder recording_of_a_tree() {
  RecordingBuilder recording = small_recording();
  const ProcessId shell = recording.process(200, "sh -c 'cc a.c'", 100);
  const ProcessId compiler = recording.execute(shell, "cc a.c");
  recording.task("cc", 200, 1, compiler);
  Process& refused =
      recording.data.processes[index_of(recording.process(300, "/sbin/ldconfig", 200))];
  refused.not_recorded = "it is statically linked";
  std::vector<Process>& processes = recording.data.processes;
  processes[0].peak = {20480, 600};
  processes[index_of(compiler)].peak = {1024, 1};
  processes[index_of(compiler)].live_at_end = {1024, 1};
  recording.data.header.inherited_frees = 3;
  return recording;
}

TEST(SummaryReport, OfATreeHasItsProcesses) {
  const std::string report = text(recording_of_a_tree());
  for (const char* part :
       {"threads       2 in 2 processes\n",
        "live at end   1024 B in 1 block (of each process, just before its end)\n",
        "note          3 frees of blocks from before a fork\n", R"(
processes
      PID   parent  command              duration  exit             peak  live at end
      100        0  program               1.000 s  0            20.0 KiB          0 B
      200      100    cc a.c              2.000 s  0              1024 B       1024 B
      300      200      /sbin/ldconfig    1.000 s  0            not recorded: it is statically linked

top lines at the peak
)"}) {
    EXPECT_NE(report.find(part), std::string::npos) << part << report;
  }
  EXPECT_EQ(report.find("--all-processes"), std::string::npos) << report;
}

// Only where some ran at the same time: the RSS of a tree counts for each what they share.
TEST(SummaryReport, TellsWhatSharedPagesDoToTheRss) {
  for (const bool together : {false, true}) {
    RecordingBuilder recording = small_recording();
    recording.data.header.peak_rss = 100 << 20;
    const ProcessId worker = recording.process(200, "program", 100);
    Process& first = recording.data.processes[0];
    recording.data.processes[index_of(worker)].start = together ? first.start : first.end;
    const std::string report = text(recording);
    EXPECT_NE(report.find("the heap explains little"), std::string::npos) << report;
    EXPECT_EQ(report.find("share, as after a fork") != std::string::npos, together) << report;
  }
}

// Its tallies know only what was live when the recording stopped.
TEST(SummaryReport, OfAnUnfinishedTreeHasNoEndOfEachProcess) {
  RecordingBuilder recording = recording_of_a_tree();
  recording.data.header.complete = false;
  EXPECT_EQ(text(recording).find("just before"), std::string::npos);
}

TEST(SummaryReport, OfALargeTreeTellsWhatItLeavesOut) {
  const std::string report = text(recording_of_a_tree(), 1);
  EXPECT_NE(report.find(R"(
processes
      PID   parent  command   duration  exit             peak  live at end
      100        0  program    1.000 s  0            20.0 KiB          0 B
  and 2 more with smaller peaks; --all-processes shows all

)"),
            std::string::npos)
      << report;
}

TEST(SummaryReport, OfOneProcessWithTwoImagesHasNoTable) {
  RecordingBuilder recording = small_recording();
  recording.execute(ProcessId{0}, "another");
  const std::string report = text(recording);
  for (const char* part : {"\nprocesses\n", "just before", " in 1 process"}) {
    EXPECT_EQ(report.find(part), std::string::npos) << part << report;
  }
}

TEST(SummaryReport, OfAnUnfinishedRecordingSaysSo) {
  RecordingBuilder recording = small_recording();
  recording.data.header.complete = false;
  const std::string report = text(recording);
  for (const char* line : {"duration      10.000 s, the recording was not finished\n",
                           ", at 2.500 s (the highest edge of a time bucket)\n"}) {
    EXPECT_NE(report.find(line), std::string::npos) << line << report;
  }
}

TEST(SummaryReport, OfNothingIsShort) {
  const std::string report = text(RecordingBuilder());
  EXPECT_NE(report.find("allocations   0, 0 B in all\n"), std::string::npos) << report;
  EXPECT_NE(report.find("peak RSS      not sampled\n"), std::string::npos) << report;
  EXPECT_NE(report.find("top lines at the end\n  nothing\n"), std::string::npos) << report;
}

}  // namespace
}  // namespace heaptally
