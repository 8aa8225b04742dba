// The timeline, snapshots and comparisons, driven by mouse and keys without a window.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/viewer/small_recording.h"
#include "tests/viewer/workspace_harness.h"

namespace heaptally::view {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The small run with the mark "loaded" at 3 s.
class TimePanelsTest : public ::testing::Test {
 protected:
  TimePanelsTest() {
    RecordingBuilder run = small_run();
    run.data.marks = {{"loaded", seconds(3), {}}};
    write_recording(run, folder_ / "small.heaptally");
    drawn_.open(folder_ / "small.heaptally");
  }

  View& view() { return drawn_.workspace.view(); }
  nlohmann::json timeline() { return drawn_.workspace.state()["timeline"]; }

  float x_of(Nanoseconds time) {
    const nlohmann::json plot = timeline()["plot"];
    const auto width = plot[2].get<double>();
    return plot[0].get<float>() + static_cast<float>(view().axis.position_of(time, width));
  }
  float middle() {
    const nlohmann::json plot = timeline()["plot"];
    return plot[1].get<float>() + plot[3].get<float>() / 2;
  }
  void point(Nanoseconds time) {
    NullWindow::point(x_of(time), middle());
    drawn_.frame();
  }
  void drag(Nanoseconds from, Nanoseconds to) {
    point(from);
    NullWindow::button(true);
    drawn_.frame();
    point(from + (to - from) / 2);
    point(to);
    NullWindow::button(false);
    drawn_.settle();
  }

  TestFolder folder_;
  DrawnWorkspace drawn_;
};

TEST_F(TimePanelsTest, TellsTheLinesOfTheHeap) {
  const nlohmann::json state = timeline();
  EXPECT_EQ(state["highest_in_sight"], 1350);
  ASSERT_EQ(state["series"].size(), 3U);
  EXPECT_EQ(state["series"][0]["label"], "/src/parse.cpp:7");
  EXPECT_EQ(state["peak"]["bytes"], 1350);
}

TEST_F(TimePanelsTest, ADragChoosesARangeThatSnapsToMarksAndIsOneStepBack) {
  drag(milliseconds(3030), milliseconds(7000));
  const auto& range = view().selection().range;
  ASSERT_TRUE(range);
  EXPECT_EQ(range->from, seconds(3));
  EXPECT_NEAR(static_cast<double>(range->to.count()), 7e9, 2e7);
  drawn_.press(GLFW_KEY_ESCAPE);
  EXPECT_FALSE(view().selection().range);
  EXPECT_FALSE(view().history.can_go_back());
}

TEST_F(TimePanelsTest, AnEdgeOfTheRangeIsDraggedAndADoubleClickClearsIt) {
  drag(milliseconds(2000), milliseconds(7000));
  const Nanoseconds from = view().selection().range->from;
  drag(milliseconds(7000), milliseconds(8000));
  EXPECT_EQ(view().selection().range->from, from);
  EXPECT_NEAR(static_cast<double>(view().selection().range->to.count()), 8e9, 2e7);
  for (int i = 0; i < 2; ++i) drawn_.click(x_of(seconds(4)), middle());
  EXPECT_FALSE(view().selection().range);
}

TEST_F(TimePanelsTest, ShiftDragsWithoutSnapping) {
  ImGui::GetIO().KeyShift = true;
  drag(milliseconds(3030), milliseconds(7000));
  ImGui::GetIO().KeyShift = false;
  ASSERT_TRUE(view().selection().range);
  EXPECT_NE(view().selection().range->from, seconds(3));
}

TEST_F(TimePanelsTest, KeysAndWheelZoomAtThePointer) {
  point(seconds(5));
  drawn_.press(GLFW_KEY_W);
  const TimeSpan zoomed = view().axis.visible();
  EXPECT_GT(zoomed.from, seconds(0));
  EXPECT_LT(zoomed.to, seconds(10));
  ImGui::GetIO().MouseWheel = 1;
  drawn_.frame();
  ImGui::GetIO().MouseWheel = 0;
  EXPECT_GT(view().axis.visible().from, zoomed.from);
  EXPECT_LT(view().axis.visible().to, zoomed.to);
  drawn_.press(GLFW_KEY_0);
  EXPECT_TRUE(view().axis.shows_all());
  drag(milliseconds(2000), milliseconds(7000));
  drawn_.press(GLFW_KEY_Z);
  EXPECT_EQ(view().axis.visible().from, view().selection().range->from);
}

TEST_F(TimePanelsTest, ThePointerReadsTheMoment) {
  point(seconds(8));
  ASSERT_TRUE(view().hovered);
  EXPECT_NEAR(static_cast<double>(view().hovered->count()), 8e9, 2e7);
  NullWindow::point(5, 5);
  drawn_.frame();
  EXPECT_FALSE(view().hovered);
}

TEST_F(TimePanelsTest, KeysDropAAndBAndKeepSnapshots) {
  view().show(PanelId::kSnapshots);
  point(milliseconds(3020));
  drawn_.press(GLFW_KEY_LEFT_BRACKET);
  EXPECT_EQ(view().a, seconds(3));
  point(seconds(8));
  drawn_.press(GLFW_KEY_RIGHT_BRACKET);
  drawn_.press(GLFW_KEY_K);
  ASSERT_TRUE(view().b);
  ASSERT_EQ(view().kept.size(), 1U);
  EXPECT_EQ(view().kept[0].name, "snapshot 1");
  NullWindow::point(5, 5);
  drawn_.settle();
  const nlohmann::json shown = drawn_.workspace.state()["shown"];
  EXPECT_EQ(shown["moments"].size(), 5U);
  ASSERT_EQ(shown["growth"]["rows"].size(), 1U);
  EXPECT_EQ(shown["growth"]["rows"][0]["place"], "/src/main.cpp:3");
  EXPECT_EQ(shown["growth"]["rows"][0]["change_bytes"], 50);
  const std::string command = drawn_.workspace.panel(PanelId::kSnapshots).command(view());
  EXPECT_NE(command.find("--from mark:loaded --to "), std::string::npos) << command;
  EXPECT_EQ(drawn_.workspace.panel(PanelId::kSnapshots).table(view())->rows.size(), 1U);
}

TEST_F(TimePanelsTest, AListIsWalkedByKeysAndItsMomentIsDropped) {
  view().show(PanelId::kSnapshots);
  drawn_.settle();
  drawn_.press(GLFW_KEY_DOWN);  // start
  drawn_.press(GLFW_KEY_DOWN);  // the mark
  EXPECT_EQ(view().pointed, seconds(3));
  drawn_.press(GLFW_KEY_LEFT_BRACKET);
  EXPECT_EQ(view().a, seconds(3));
}

TEST_F(TimePanelsTest, AToBBecomesTheRangeInEitherOrder) {
  view().a = seconds(6);
  view().b = seconds(2);
  drawn_.press(GLFW_KEY_G);
  ASSERT_TRUE(view().selection().range);
  EXPECT_EQ(view().selection().range->from, seconds(2));
  EXPECT_EQ(view().selection().range->to, seconds(6));
  drawn_.press(GLFW_KEY_BACKSPACE);
  view().a = view().b;
  drawn_.press(GLFW_KEY_G);
  EXPECT_FALSE(view().selection().range);
}

TEST_F(TimePanelsTest, NothingToCompareWithSaysSo) {
  view().show(PanelId::kCompare);
  drawn_.settle();
  EXPECT_EQ(drawn_.workspace.state()["shown"]["has_other"], false);
  EXPECT_EQ(drawn_.workspace.panel(PanelId::kCompare).command(view()), "");
}

TEST_F(TimePanelsTest, TwoRecordingsSideBySide) {
  RecordingBuilder other = small_run();
  other.allocate(other.trace({other.line("/src/new.cpp", 1)}), {4000, 4});
  other.data.header.duration = seconds(20);
  write_recording(other, folder_ / "other.heaptally");
  drawn_.open(folder_ / "other.heaptally", true);
  ASSERT_TRUE(view().other);
  EXPECT_EQ(view().panel, PanelId::kCompare);
  const nlohmann::json shown = drawn_.workspace.state()["shown"];
  ASSERT_EQ(shown["differences"]["rows"].size(), 1U);
  EXPECT_EQ(shown["differences"]["rows"][0]["place"], "/src/new.cpp:1");
  EXPECT_EQ(shown["differences"]["rows"][0]["change_bytes"], 4000);
  EXPECT_GE(shown["facts"].size(), 5U);
}

TEST_F(TimePanelsTest, HostileNamesAreDrawn) {
  RecordingBuilder run = small_run();
  const std::string name = "\x1b[31m%s%n\n" + std::string(1'000'000, 'x');
  run.data.marks = {{name, seconds(3), {}}};
  run.allocate(run.trace({run.line("/src/" + name, 9)}), {9000, 9});
  write_recording(run, folder_ / "hostile.heaptally");
  drawn_.open(folder_ / "hostile.heaptally");
  for (const PanelId panel : {PanelId::kSnapshots, PanelId::kCompare}) {
    view().show(panel);
    drawn_.settle();
    point(seconds(8));
    drawn_.settle();
  }
  EXPECT_TRUE(view().hovered);
}

TEST_F(TimePanelsTest, ARunOfNothingIsDrawn) {
  RecordingBuilder nothing;
  nothing.data.header.duration = Nanoseconds(0);
  write_recording(nothing, folder_ / "nothing.heaptally");
  drawn_.open(folder_ / "nothing.heaptally");
  view().show(PanelId::kSnapshots);
  drawn_.settle();
  EXPECT_EQ(timeline()["highest_in_sight"], 0);
}

}  // namespace
}  // namespace heaptally::view
