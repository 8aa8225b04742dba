#include "core/report/processes_report.h"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

TEST(ProcessesReport, IsATreeOfAlignedLines) {
  RecordingBuilder recording;
  recording.data.processes[0].command = "make -j2";
  const auto add = [&](std::int32_t pid, std::int32_t parent, const char* command,
                       std::uint64_t peak, int exit_status) -> Process& {
    Process& process = recording.data.processes[index_of(recording.process(pid, command, parent))];
    process.total = process.peak = {peak, 1};
    process.live_at_end = {peak / 2, 1};
    process.exit_status = exit_status;
    return process;
  };
  add(200, 100, "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus -quiet -imultiarch x86_64-linux-gnu",
      20 << 20, 0);
  add(300, 200, "as \xc3\xa4.s", 4096, 137);
  Process& refused = add(301, 200, "/sbin/ldconfig", 0, kUnknownExit);
  refused.total = {};
  refused.not_recorded = "it is statically linked";
  refused.end = {};
  add(302, 100, "env -i true", 100, 0).not_recorded = "its environment was cleared";
  Process& folded = add(0, 0, "/bin/echo", 64, 0);
  folded.processes = 4000;
  std::ostringstream out;
  EXPECT_EQ(write_processes(Processes(recording.data), 0, out), 0u);
  EXPECT_EQ(
      out.str(),
      R"(      PID   parent  command                                    duration  exit             peak  live at end
      100        0  make -j2                                    1.000 s  0                 0 B          0 B
      200      100    cc1plus -quiet -imultiarch x86_64-l...    1.000 s  0            20.0 MiB     10.0 MiB
      300      200      as ä.s                                  1.000 s  signal 9       4096 B       2048 B
      301      200      /sbin/ldconfig                                ?  ?            not recorded: it is statically linked
      302      100    env -i true                               1.000 s  0               100 B         50 B  then not recorded: its environment was cleared
                    /bin/echo (4,000 processes)                 1.000 s                   64 B         32 B
)");
}

TEST(ProcessesReport, TellsHowManyAreLeftOut) {
  RecordingBuilder recording;
  for (std::int32_t pid = 101; pid < 111; ++pid) recording.process(pid, "child", 100);
  std::ostringstream out;
  EXPECT_EQ(write_processes(Processes(recording.data), 4, out), 7u);
  const std::string text = out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);
}

TEST(ProcessesReport, DoesNotLetARecordingControlTheTerminal) {
  RecordingBuilder recording;
  recording.data.processes[0].command = "a\n\x1b[2J";
  recording.data.processes[0].not_recorded = "b\n\x1b[2J";
  std::ostringstream out;
  write_processes(Processes(recording.data), 0, out);
  EXPECT_NE(out.str().find("a\\x0a\\x1b[2J"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("b\\x0a\\x1b[2J"), std::string::npos) << out.str();
}

}  // namespace
}  // namespace heaptally
