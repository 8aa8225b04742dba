#include "core/profile/processes.h"

#include <gtest/gtest.h>

#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

using std::chrono::seconds;

// make (100) starts a shell (200) that executes cc, which starts as (300); and echo (400).
class ProcessTree : public testing::Test {
 protected:
  ProcessTree() {
    recording_.data.processes[0].command = "make -j2";
    shell_ = recording_.process(200, "sh -c 'cc a.c'", 100);
    compiler_ = recording_.execute(shell_, "/usr/bin/cc a.c");
    recording_.process(300, "as", 200);
    recording_.process(400, "echo", 100);
    image(ProcessId{0}).peak = {10, 1};
    image(shell_).peak = {5, 1};
    image(compiler_).peak = {90, 9};
    image(ProcessId{3}).peak = {50, 5};
    image(ProcessId{4}).peak = {1, 1};
  }

  Process& image(ProcessId id) { return recording_.data.processes[index_of(id)]; }

  // "make 0, cc 1": the programs of the lines and how deep they are.
  std::string tree(std::size_t limit) {
    const Processes processes(recording_.data);
    std::string text;
    for (const ProcessLine& line : process_tree(processes, limit)) {
      if (!text.empty()) text += ", ";
      text += std::string(program_name(processes[line.process].command)) + " " +
              std::to_string(line.depth);
    }
    return text;
  }

  RecordingBuilder recording_;
  ProcessId shell_{};
  ProcessId compiler_{};
};

TEST_F(ProcessTree, PutsImagesTogether) {
  image(shell_).total = {30, 3};
  image(shell_).live_at_end = {3, 1};
  image(compiler_).total = {200, 20};
  image(compiler_).live_at_end = {4, 2};
  image(compiler_).peak_time = seconds(2);
  image(compiler_).exit_status = 1;
  const Processes processes(recording_.data);
  ASSERT_EQ(processes.size(), 4u);
  EXPECT_EQ(processes.of(shell_), 1u);
  EXPECT_EQ(processes.of(compiler_), 1u);
  EXPECT_EQ(processes.of(ProcessId{3}), 2u);
  const WholeProcess& compiler = processes[1];
  EXPECT_EQ(compiler.images, (std::vector<ProcessId>{shell_, compiler_}));
  EXPECT_EQ(compiler.pid, 200);
  EXPECT_EQ(compiler.command, "/usr/bin/cc a.c");
  EXPECT_EQ(compiler.start, seconds(1));
  EXPECT_EQ(compiler.duration, Nanoseconds(seconds(2)));
  EXPECT_EQ(compiler.total, (Amount{230, 23}));
  EXPECT_EQ(compiler.live_at_end, (Amount{7, 3}));
  EXPECT_EQ(compiler.peak, (Amount{90, 9}));
  EXPECT_EQ(compiler.peak_time, seconds(2));
  EXPECT_EQ(compiler.exit_status, 1);
  EXPECT_EQ(compiler.parent, 0u);
  EXPECT_EQ(processes[2].parent, 1u);
  EXPECT_EQ(processes[0].parent, std::nullopt);
}

TEST_F(ProcessTree, IsInOrderOfStart) {
  image(ProcessId{4}).start = Nanoseconds(1);
  const Processes processes(recording_.data);
  EXPECT_EQ(processes[1].command, "echo");
  EXPECT_EQ(processes.of(compiler_), 2u);
  EXPECT_EQ(processes[3].parent, 2u);
}

TEST_F(ProcessTree, TakesTheLatestProcessOfAPidForTheParent) {
  recording_.process(200, "later", 100);
  recording_.process(500, "child", 200);
  const Processes processes(recording_.data);
  EXPECT_EQ(processes[5].parent, 4u);
  EXPECT_EQ(processes[2].parent, 1u);
}

TEST_F(ProcessTree, KnowsNoDurationOfWhatNobodySawEnd) {
  image(ProcessId{4}).end = {};
  EXPECT_EQ(Processes(recording_.data)[3].duration, std::nullopt);
  recording_.data.header.complete = false;
  EXPECT_EQ(Processes(recording_.data)[3].duration, Nanoseconds(seconds(10 - 4)));
}

TEST_F(ProcessTree, ListsChildrenBelowTheirParents) {
  EXPECT_EQ(tree(0), "make 0, cc 1, as 2, echo 1");
  EXPECT_EQ(tree(4), tree(0));
  EXPECT_EQ(tree(99), tree(0));
}

TEST_F(ProcessTree, KeepsTheGreatestPeaksBelowWhomElseIsThere) {
  EXPECT_EQ(tree(3), "make 0, cc 1, as 2");
  EXPECT_EQ(tree(2), "cc 0, as 1");
  image(ProcessId{0}).peak = {1000, 1};
  image(compiler_).peak = {};
  EXPECT_EQ(tree(2), "make 0, as 1");
}

TEST_F(ProcessTree, MayBeDeeperThanACallStack) {
  for (std::int32_t pid = 1'000; pid < 201'000; ++pid) recording_.process(pid, "deep", pid - 1);
  EXPECT_EQ(process_tree(Processes(recording_.data), 0).back().depth, 199'999u);
}

TEST_F(ProcessTree, HasFoldedOnesAtItsRoot) {
  recording_.process(0, "true", 100);
  recording_.process(0, "false", 0);
  EXPECT_EQ(tree(0), "make 0, cc 1, as 2, echo 1, true 0, false 0");
}

TEST_F(ProcessTree, IsNamedInMessages) {
  EXPECT_EQ(names_of(Processes(recording_.data)), "make (100), cc (200), as (300), echo (400)");
  const ProcessId folded = recording_.process(0, "/bin/true");
  image(folded).processes = 70;
  for (std::int32_t pid = 500; pid < 507; ++pid) recording_.process(pid, "x");
  EXPECT_EQ(names_of(Processes(recording_.data)),
            "make (100), cc (200), as (300), echo (400), true (70 processes), x (500), x (501), "
            "x (502), x (503), x (504) and 2 more");
}

TEST(ProgramName, IsTheBaseNameOfTheFirstWord) {
  EXPECT_EQ(program_name("/usr/bin/make -C /tmp"), "make");
  EXPECT_EQ(program_name("make"), "make");
  EXPECT_EQ(program_name("a b/c"), "a");
  EXPECT_EQ(program_name(""), "");
}

}  // namespace
}  // namespace heaptally
