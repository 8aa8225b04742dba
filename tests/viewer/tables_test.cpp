// The panels of tables: what keys and clicks do, and that nothing in a recording breaks a frame.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/viewer/small_recording.h"
#include "tests/viewer/workspace_harness.h"

namespace heaptally::view {
namespace {

constexpr std::array<PanelId, 5> kTables = {PanelId::kOverview, PanelId::kLines, PanelId::kSource,
                                            PanelId::kSizesAndLifetimes,
                                            PanelId::kThreadsAndProcesses};

class TablesTest : public ::testing::Test {
 protected:
  void open(const RecordingBuilder& built) {
    write_recording(built, folder_ / "shown.heaptally");
    drawn_.open(folder_ / "shown.heaptally");
  }
  void show(PanelId id) {
    view().show(id);
    drawn_.settle();
  }
  nlohmann::json shown() { return drawn_.workspace.state()["shown"]; }
  View& view() { return drawn_.workspace.view(); }
  void change(const std::function<void(Selection&)>& change) {
    Selection selection = view().changed();
    change(selection);
    view().select(std::move(selection));
    drawn_.settle();
  }

  TestFolder folder_;
  DrawnWorkspace drawn_;
};

TEST_F(TablesTest, ArrowsChooseALineAndEnterShowsItsSource) {
  open(small_run());
  show(PanelId::kLines);
  EXPECT_EQ(shown()["chosen"], "/src/parse.cpp:7");
  EXPECT_EQ(shown()["stacks"], 1);
  drawn_.press(GLFW_KEY_DOWN);
  EXPECT_EQ(shown()["chosen"], "/src/load.cpp:20");
  drawn_.press(GLFW_KEY_END);
  EXPECT_EQ(shown()["chosen"], "/src/main.cpp:3");
  drawn_.press(GLFW_KEY_ENTER);
  EXPECT_EQ(view().panel, PanelId::kSource);
  EXPECT_EQ(shown()["file"], "/src/main.cpp");
  EXPECT_EQ(shown()["line"], 3);
}

TEST_F(TablesTest, TheChosenLineStaysSoWhenTheNumbersChange) {
  open(small_run());
  show(PanelId::kLines);
  drawn_.press(GLFW_KEY_DOWN);
  change([](Selection& selection) { selection.excludes = {"*/parse.cpp"}; });
  EXPECT_EQ(shown()["chosen"], "/src/load.cpp:20");
  EXPECT_EQ(shown()["shown"], 2);
}

TEST_F(TablesTest, SearchTypesIntoTheField) {
  open(small_run());
  show(PanelId::kLines);
  drawn_.press(GLFW_KEY_F, true);
  drawn_.type("load");
  EXPECT_EQ(shown()["search"], "load");
  EXPECT_EQ(shown()["shown"], 1);
  // Letters are text there, and no shortcuts.
  EXPECT_EQ(view().selection(), Selection());
}

TEST_F(TablesTest, FocusAndHideTakeTheChosenLine) {
  open(small_run());
  show(PanelId::kLines);
  drawn_.press(GLFW_KEY_F);
  EXPECT_EQ(view().selection().through, std::vector<std::string>{"/src/parse.cpp:7"});
  drawn_.press(GLFW_KEY_ESCAPE);
  drawn_.press(GLFW_KEY_X);
  EXPECT_EQ(view().selection().without, std::vector<std::string>{"/src/parse.cpp:7"});
}

TEST_F(TablesTest, TheStackOfTheChosenLineIsCopied) {
  open(small_run());
  show(PanelId::kLines);
  drawn_.press(GLFW_KEY_C, false, true);
  EXPECT_TRUE(view().clipboard.ends_with("  File \"/src/parse.cpp\", line 7\n"));
}

TEST_F(TablesTest, SourceShowsTheHottestLineFirst) {
  open(small_run());
  show(PanelId::kSource);
  EXPECT_EQ(shown()["file"], "/src/parse.cpp");
  EXPECT_EQ(shown()["line"], 7);
  EXPECT_EQ(shown()["files"], 3);
  EXPECT_EQ(shown()["stacks"], 1);
}

TEST_F(TablesTest, TablesHaveAllRowsOfWhatIsShown) {
  open(small_run());
  for (const PanelId id : kTables) {
    show(id);
    const auto table = drawn_.workspace.panel(id).table(view());
    ASSERT_TRUE(table) << name_of(id);
    EXPECT_FALSE(drawn_.workspace.panel(id).command(view()).empty()) << name_of(id);
    EXPECT_EQ(table->columns.size(), table->left.size()) << name_of(id);
    for (const auto& row : table->rows) EXPECT_EQ(row.size(), table->columns.size());
  }
}

TEST_F(TablesTest, EveryMetricAndRangeIsDrawn) {
  open(small_run());
  for (const PanelId id : kTables) {
    show(id);
    for (std::size_t metric = 0; metric < kViewMetrics; ++metric) {
      for (const bool has_range : {false, true}) {
        change([&](Selection& selection) {
          selection.metric = static_cast<ViewMetric>(metric);
          selection.unit = has_range ? SortBy::kCount : SortBy::kSize;
          selection.range.reset();
          if (has_range) {
            selection.range = {.from = std::chrono::seconds(1), .to = std::chrono::seconds(2)};
          }
        });
        EXPECT_EQ(shown()["problem"], "") << name_of(id) << ' ' << metric;
      }
    }
    // Nothing is left.
    change([](Selection& selection) { selection.filters = {"nothing"}; });
    EXPECT_EQ(shown()["problem"], "") << name_of(id);
    view().history.reset();
  }
}

TEST_F(TablesTest, HostileNamesAreDrawn) {
  RecordingBuilder built;
  const std::string huge(1 << 20, 'f');
  const TraceId first = built.trace({built.line("%s%n\n\x1b[31m/a.cpp", 1, huge)});
  const TraceId second = built.trace({built.line(huge, 4'000'000'000U, "##name###id")});
  const TraceId third = built.trace({built.symbol(std::string("\xff\xfe\0x", 4), 3)});
  built.data.header.command = {huge, "%s"};
  built.data.processes[0].command = huge;
  built.data.tasks[0].name = "%n\n";
  built.allocate(first, {~0ULL >> 2, 3});
  built.allocate(second, {7, 1});
  built.allocate(third, {9, 1});
  open(built);
  for (const PanelId id : kTables) {
    show(id);
    EXPECT_EQ(shown()["problem"], "") << name_of(id);
    drawn_.press(GLFW_KEY_DOWN);
    for (float y = 200; y < 720; y += 40) drawn_.click(200, y, 1);
    drawn_.press(GLFW_KEY_ESCAPE);
  }
}

TEST_F(TablesTest, AnEmptyRecordingIsDrawn) {
  open(RecordingBuilder());
  for (const PanelId id : kTables) {
    show(id);
    EXPECT_EQ(shown()["problem"], "") << name_of(id);
    drawn_.press(GLFW_KEY_DOWN);
    drawn_.press(GLFW_KEY_ENTER);
  }
}

TEST_F(TablesTest, AFilterThatIsWrongIsTold) {
  open(small_run());
  show(PanelId::kLines);
  change([](Selection& selection) { selection.threads = {"nobody"}; });
  EXPECT_NE(shown()["problem"].get<std::string>().find("no such thread"), std::string::npos);
}

}  // namespace
}  // namespace heaptally::view
