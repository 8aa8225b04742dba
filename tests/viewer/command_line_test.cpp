// Command lines: what a selection means to the heaptally command.
#include "viewer/model/command_line.h"

#include <gtest/gtest.h>

#include "tests/viewer/small_recording.h"

namespace heaptally::view {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ShellWord, IsQuotedWhereItMustBe) {
  EXPECT_EQ(shell_word("/a/b-1.2_c:40%"), "/a/b-1.2_c:40%");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("src/*"), "'src/*'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("~x"), "'~x'");
  EXPECT_EQ(shell_words({"a", "b c"}), "a 'b c'");
}

class CommandLineTest : public ::testing::Test {
 protected:
  CommandLineTest() {
    RecordingBuilder built = small_run();
    built.data.marks = {{.name = "loaded", .time = seconds(3), .process = {}}};
    write_recording(built, folder_ / "x.heaptally");
    recording_ = load(folder_ / "x.heaptally");
  }
  // What comes after the file.
  std::string options(const Selection& selection, std::string_view command = "stats") {
    const Measured measured = measure(*recording_, selection);
    return after_file(command_for(command, *recording_, selection, &measured));
  }
  std::string after_file(const std::string& line) {
    const std::string file = recording_->file().string();
    const std::size_t at = line.find(file);
    return at == std::string::npos ? line : line.substr(0, at) + line.substr(at + file.size());
  }

  TestFolder folder_;
  std::shared_ptr<const Recording> recording_;
};

TEST_F(CommandLineTest, WhatIsUsualIsNotSaid) { EXPECT_EQ(options({}), "stats "); }

TEST_F(CommandLineTest, MomentsAreNamed) {
  EXPECT_EQ(moment_word(*recording_, seconds(0)), "start");
  EXPECT_EQ(moment_word(*recording_, seconds(3)), "mark:loaded");
  EXPECT_EQ(moment_word(*recording_, milliseconds(1500)), "1.5s");
  EXPECT_EQ(moment_word(*recording_, seconds(10)), "end");
}

TEST_F(CommandLineTest, LiveIsAtAMoment) {
  Selection selection;
  selection.live_at = LiveAt::kEnd;
  EXPECT_EQ(options(selection), "stats  --at end");
  selection.range = {.from = seconds(1), .to = seconds(3)};
  EXPECT_EQ(options(selection), "stats  --at mark:loaded");
  selection.live_at = LiveAt::kPeak;
  EXPECT_EQ(command_for("stats", *recording_, selection, nullptr), "");
  EXPECT_EQ(options(selection).substr(0, 11), "stats  --at");
}

TEST_F(CommandLineTest, OtherMetricsHaveTheRange) {
  Selection selection;
  selection.metric = ViewMetric::kTotal;
  selection.unit = SortBy::kCount;
  selection.range = {.from = seconds(0), .to = milliseconds(2500)};
  EXPECT_EQ(options(selection, "tree"), "tree  --metric total --from start --to 2.5s --sort count");
}

TEST_F(CommandLineTest, GrowthAndLeaksAreCommandsOfTheirOwn) {
  Selection selection;
  selection.metric = ViewMetric::kGrowth;
  selection.range = {.from = seconds(1), .to = seconds(3)};
  EXPECT_EQ(options(selection), "diff  --from 1s --to mark:loaded");
  EXPECT_EQ(options(selection, "tree"), "");
  selection.metric = ViewMetric::kLeaked;
  selection.range.reset();
  EXPECT_EQ(options(selection), "leaks ");
}

TEST_F(CommandLineTest, EverythingThatRestrictsIsSaid) {
  Selection selection;
  selection.filters = {"src/*", "-x"};
  selection.excludes = {"*/a b.cpp:3"};
  selection.all_frames = true;
  selection.through = {"parse"};
  selection.without = {"/opt/libx.so"};
  selection.threads = {"work*"};
  selection.processes = {"100"};
  selection.domains = {"pool"};
  selection.raw = true;
  EXPECT_EQ(shell_words(filter_options(selection)),
            "--raw --filter 'src/*' --filter=-x --exclude '*/a b.cpp:3' --all-frames "
            "--through parse --without /opt/libx.so --thread 'work*' --process 100 --domain pool");
  EXPECT_TRUE(shape_options(selection).empty());
  selection.merged = {"main"};
  selection.collapse_recursion = true;
  EXPECT_EQ(shell_words(shape_options(selection)), "--merge main --collapse-recursion");
}

}  // namespace
}  // namespace heaptally::view
