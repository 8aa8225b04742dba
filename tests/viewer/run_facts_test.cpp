// What the overview, the histograms, and the tables of threads and processes show.
#include <gtest/gtest.h>

#include "tests/viewer/small_recording.h"
#include "viewer/model/distribution.h"
#include "viewer/model/overview.h"
#include "viewer/model/tasks.h"

namespace heaptally::view {
namespace {

using std::chrono::seconds;

TEST(Overview, TellsWhatTheRunComesTo) {
  const TestFolder folder;
  const OverviewFacts facts = overview_of(*load_small_run(folder));
  EXPECT_EQ(facts.command, "program 'an argument'");
  EXPECT_EQ(facts.summary.peak, (Amount{1350, 14}));
  EXPECT_TRUE(facts.warnings.empty());
  ASSERT_EQ(facts.top[0].rows.size(), 3U);
  EXPECT_EQ(facts.top[0].rows[0].label, "/src/parse.cpp:7");
  EXPECT_EQ(facts.top[0].rows[0].share, "74.1 %");
  EXPECT_EQ(facts.top[0].rows[0].bar, 1);
  EXPECT_EQ(facts.top[2].metric, ViewMetric::kTotal);
}

TEST(Overview, NamesModulesWithoutDebugInformation) {
  RecordingBuilder built;
  const ModuleId library = built.module("/lib/libold.so");
  built.allocate(built.trace({built.symbol("make", 16, library)}), {900, 1});
  built.allocate(built.trace({built.line("/src/a.cpp", 1)}), {100, 1});
  const TestFolder folder;
  write_recording(built, folder / "old.heaptally");
  const OverviewFacts facts = overview_of(*load(folder / "old.heaptally"));
  ASSERT_EQ(facts.warnings.size(), 1U);
  EXPECT_EQ(facts.warnings[0].text,
            "No debug information: 90.0 % of what was allocated is known by module and symbol "
            "only: libold.so");
  EXPECT_TRUE(facts.warnings[0].is_grave);
}

TEST(Overview, WarnsOfWhatIsMissing) {
  RecordingBuilder built = small_run();
  built.data.header.lost_events = 3;
  const TestFolder folder;
  write_recording(built, folder / "lost.heaptally");
  const OverviewFacts facts = overview_of(*load(folder / "lost.heaptally"));
  ASSERT_EQ(facts.warnings.size(), 1U);
  EXPECT_EQ(facts.warnings[0].text, "3 events lost: the numbers may be too low");
}

TEST(Distribution, CountsSizesOfTheRangeAndLifetimesOfTheRun) {
  RecordingBuilder built;
  const TraceId trace = built.trace({built.line("/src/a.cpp", 1)});
  built.allocate(trace, {100, 2}, {}, SizeClass(6));
  built.tally(trace,
              {.total = {4096, 2},
               .temporary = {2048, 1},
               .live_at_end = {},
               .live_at_peak = {},
               .live_at_process_peak = {},
               .lifetimes = {{10, 1}, {12, 1}}},
              {}, SizeClass(12));
  const TestFolder folder;
  write_recording(built, folder / "sizes.heaptally");
  const auto recording = load(folder / "sizes.heaptally");
  const Distribution shown = distribution_of(*recording, {});
  ASSERT_EQ(shown.sizes.rows.size(), 7U);
  EXPECT_EQ(shown.sizes.rows.front().live, (Amount{100, 2}));
  EXPECT_EQ(shown.sizes.rows.back().total, (Amount{4096, 2}));
  EXPECT_EQ(shown.temporary, (Amount{2048, 1}));
  EXPECT_EQ(shown.total, (Amount{4196, 4}));
  EXPECT_EQ(shown.lifetimes.freed, 2U);
  EXPECT_EQ(shown.no_lifetimes, "");
  EXPECT_EQ(median_lifetime(shown.lifetimes), 1024U);
  EXPECT_EQ(size_class_text(SizeClass(12)), "[2048 B, 4096 B)");
}

class TasksTest : public ::testing::Test {
 protected:
  TasksTest() {
    RecordingBuilder built;
    const ProcessId child = built.process(200, "child --fast", 100);
    const TaskId worker = built.task("worker", 201, 1, child);
    const TraceId trace = built.trace({built.line("/src/a.cpp", 1)});
    built.allocate(trace, {100, 1}, TaskId(0));
    built.allocate(trace, {400, 2}, worker);
    const ProcessId lost = built.process(300, "static", 100);
    built.data.processes[index_of(lost)].not_recorded = "it is statically linked";
    write_recording(built, folder_ / "tasks.heaptally");
    recording_ = load(folder_ / "tasks.heaptally");
  }

  TestFolder folder_;
  std::shared_ptr<const Recording> recording_;
};

TEST_F(TasksTest, ListsThreadsAndTheTreeOfProcesses) {
  const Tasks tasks = tasks_of(*recording_, {});
  ASSERT_EQ(tasks.threads.size(), 2U);
  EXPECT_EQ(tasks.threads[0].name, "worker (201)");
  EXPECT_EQ(tasks.threads[0].word, "201");
  EXPECT_EQ(tasks.threads[0].shown.amount, (Amount{400, 2}));
  ASSERT_EQ(tasks.processes.size(), 3U);
  EXPECT_EQ(tasks.processes[1].line.depth, 1U);
  EXPECT_EQ(tasks.processes[1].name, "child --fast");
  EXPECT_EQ(tasks.processes[1].word, "200");
  EXPECT_EQ(tasks.processes[2].note, "not recorded: it is statically linked");
  EXPECT_EQ(tasks.processes[2].word, "");
  EXPECT_EQ(tasks.largest_thread, 400U);
}

TEST_F(TasksTest, ThoseThatAreChosenDoNotHideTheOthers) {
  Selection selection;
  selection.threads = {"201"};
  selection.processes = {"200"};
  const Tasks tasks = tasks_of(*recording_, selection);
  EXPECT_EQ(tasks.threads.size(), 2U);
  EXPECT_EQ(tasks.processes.size(), 3U);
  EXPECT_TRUE(is_chosen(selection.threads, tasks.threads[0].word));
  EXPECT_FALSE(is_chosen(selection.threads, tasks.threads[1].word));
}

TEST(Tasks, WordsAreChosenAndTakenBack) {
  std::vector<std::string> words;
  choose_word(words, "1");
  choose_word(words, "2");
  choose_word(words, "1");
  choose_word(words, "");
  EXPECT_EQ(words, std::vector<std::string>{"2"});
}

}  // namespace
}  // namespace heaptally::view
