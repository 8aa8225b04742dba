// Flame graph and tree: what the mouse and the keys do, and that no name breaks a frame.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/viewer/small_recording.h"
#include "tests/viewer/workspace_harness.h"

namespace heaptally::view {
namespace {

class CallPanelsTest : public ::testing::Test {
 protected:
  void open(const RecordingBuilder& built, PanelId panel, const std::string& name = "a.heaptally") {
    write_recording(built, folder_ / name);
    drawn_.open(folder_ / name);
    view().show(panel);
    drawn_.settle();
  }
  nlohmann::json shown() { return drawn_.workspace.state()["shown"]; }
  View& view() { return drawn_.workspace.view(); }

  // The middle of a box, where it is drawn.
  std::pair<float, float> middle_of(const std::string& name) {
    const nlohmann::json state = shown();
    for (const auto& box : state["boxes"]) {
      if (box["name"] != name) continue;
      const float x = (box["left"].get<float>() + box["right"].get<float>()) / 2;
      const float row = box["row"].get<float>() + 0.5F;
      return {state["x"].get<float>() + x,
              state["y"].get<float>() + row * state["row_height"].get<float>()};
    }
    ADD_FAILURE() << name << " has no box";
    return {0, 0};
  }
  void click_box(const std::string& name, int which = 0) {
    const auto [x, y] = middle_of(name);
    drawn_.click(x, y, which);
  }
  void point_at(const std::string& name) {
    const auto [x, y] = middle_of(name);
    NullWindow::point(x, y);
    drawn_.settle();
  }

  TestFolder folder_;
  DrawnWorkspace drawn_;
};

TEST_F(CallPanelsTest, AFlameGraphTellsItsBoxes) {
  open(small_run(), PanelId::kFlameGraph);
  const nlohmann::json state = shown();
  EXPECT_EQ(state["bytes"], 1350);
  ASSERT_EQ(state["boxes"].size(), 4U);
  EXPECT_EQ(state["boxes"][0]["name"], "all");
  EXPECT_EQ(state["boxes"][3]["name"], "parse");
  EXPECT_EQ(state["boxes"][3]["bytes"], 1000);
}

TEST_F(CallPanelsTest, AClickZoomsInAndEscZoomsOutBeforeItGoesBack) {
  open(small_run(), PanelId::kFlameGraph);
  drawn_.press(GLFW_KEY_B);
  ASSERT_TRUE(view().history.can_go_back());
  click_box("load");
  EXPECT_EQ(shown()["zoom"], "load");
  click_box("parse");
  EXPECT_EQ(shown()["zoom"], "parse");
  drawn_.press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(shown()["zoom"], "load");
  drawn_.press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(shown()["zoom"], "all");
  EXPECT_TRUE(view().history.can_go_back());
  drawn_.press(GLFW_KEY_ESCAPE);
  EXPECT_FALSE(view().history.can_go_back());
}

TEST_F(CallPanelsTest, AClickOnACallerZoomsOut) {
  open(small_run(), PanelId::kFlameGraph);
  click_box("parse");
  click_box("main");
  EXPECT_EQ(shown()["zoom"], "main");
}

TEST_F(CallPanelsTest, ArrowsWalkAndEnterZooms) {
  open(small_run(), PanelId::kFlameGraph);
  drawn_.press(GLFW_KEY_DOWN);
  EXPECT_EQ(shown()["focused"], "main");
  drawn_.press(GLFW_KEY_DOWN);
  EXPECT_EQ(shown()["focused"], "load");
  drawn_.press(GLFW_KEY_ENTER);
  EXPECT_EQ(shown()["zoom"], "load");
  drawn_.press(GLFW_KEY_UP);
  EXPECT_EQ(shown()["focused"], "main");
  drawn_.press(GLFW_KEY_ENTER);
  EXPECT_EQ(shown()["zoom"], "main");
}

TEST_F(CallPanelsTest, KeysFocusHideAndMergeTheBoxBelowThePointer) {
  open(small_run(), PanelId::kFlameGraph);
  point_at("parse");
  EXPECT_EQ(shown()["hovered"], "parse");
  drawn_.press(GLFW_KEY_F);
  EXPECT_EQ(view().selection().through, std::vector<std::string>{"parse"});
  EXPECT_EQ(shown()["bytes"], 1000);
  drawn_.press(GLFW_KEY_ESCAPE);
  point_at("parse");
  drawn_.press(GLFW_KEY_X);
  EXPECT_EQ(view().selection().without, std::vector<std::string>{"parse"});
  EXPECT_EQ(shown()["bytes"], 350);
  drawn_.press(GLFW_KEY_ESCAPE);
  point_at("load");
  drawn_.press(GLFW_KEY_M);
  EXPECT_EQ(view().selection().merged, std::vector<std::string>{"load"});
  EXPECT_EQ(shown()["boxes"][2]["name"], "parse");
  EXPECT_EQ(shown()["bytes"], 1350);
}

TEST_F(CallPanelsTest, WithoutACallKeysSayWhatToDo) {
  open(small_run(), PanelId::kFlameGraph);
  drawn_.press(GLFW_KEY_F);
  EXPECT_TRUE(view().selection().through.empty());
  EXPECT_NE(view().notice.find("Choose a call"), std::string::npos);
}

TEST_F(CallPanelsTest, SearchTellsTheMatchedShare) {
  open(small_run(), PanelId::kFlameGraph);
  drawn_.press(GLFW_KEY_F, true);
  drawn_.type("parse");
  EXPECT_EQ(shown()["matches"], 1);
  EXPECT_EQ(shown()["matched_bytes"], 1000);
  drawn_.press(GLFW_KEY_ENTER);
  EXPECT_EQ(shown()["focused"], "parse");
}

TEST_F(CallPanelsTest, InvertedItBeginsAtTheSites) {
  open(small_run(), PanelId::kFlameGraph);
  drawn_.press(GLFW_KEY_I);
  EXPECT_EQ(shown()["bottom_up"], true);
  EXPECT_EQ(shown()["boxes"][1]["name"], "parse");
}

TEST_F(CallPanelsTest, TheMenuOfABoxCopiesItsStack) {
  open(small_run(), PanelId::kFlameGraph);
  point_at("parse");
  drawn_.press(GLFW_KEY_C, false, true);
  EXPECT_EQ(view().clipboard.substr(0, 28), "1000 B in 10 blocks\n  parse ");
  click_box("parse", 1);
  EXPECT_TRUE(ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup));
}

TEST_F(CallPanelsTest, AFlameGraphOfDifferences) {
  RecordingBuilder other;
  const FrameId main = other.line("/src/main.cpp", 3, "main");
  other.allocate(other.trace({main, other.line("/src/store.cpp", 5, "store")}), {4000, 4});
  write_recording(other, folder_ / "b.heaptally");
  open(small_run(), PanelId::kFlameGraph);
  drawn_.open(folder_ / "b.heaptally", true);
  view().names_areas = true;
  drawn_.settle();
  const auto area = view().areas.at("difference flame");
  drawn_.click(area[0] + area[2] / 2, area[1] + area[3] / 2);
  const nlohmann::json state = shown()["flame"];
  EXPECT_EQ(state["compared"], true);
  EXPECT_EQ(state["bytes_before"], 1350);
  EXPECT_EQ(state["bytes"], 4000);
  ASSERT_EQ(state["boxes"].size(), 3U);  // what vanished is as wide as nothing
  EXPECT_EQ(state["boxes"][2]["name"], "store");
  EXPECT_EQ(state["boxes"][1]["bytes_before"], 1350);
}

TEST_F(CallPanelsTest, ATreeIsWalkedByArrows) {
  open(small_run(), PanelId::kTree);
  EXPECT_EQ(shown()["row_count"], 3);
  EXPECT_EQ(shown()["rows"][2]["call"], "parse (/src/parse.cpp:7)");
  drawn_.press(GLFW_KEY_DOWN);
  EXPECT_EQ(shown()["chosen"], "main (/src/main.cpp:3)");
  drawn_.press(GLFW_KEY_LEFT);
  EXPECT_EQ(shown()["row_count"], 1);
  drawn_.press(GLFW_KEY_RIGHT);
  EXPECT_EQ(shown()["row_count"], 3);
  drawn_.press(GLFW_KEY_RIGHT);
  EXPECT_EQ(shown()["chosen"], "load (/src/load.cpp:20)");
  drawn_.press(GLFW_KEY_H);
  EXPECT_EQ(shown()["chosen"], "parse (/src/parse.cpp:7)");
}

TEST_F(CallPanelsTest, TreesAreSearchedFocusedAndCopied) {
  open(small_run(), PanelId::kTree);
  drawn_.press(GLFW_KEY_F, true);
  drawn_.type("load");
  EXPECT_EQ(shown()["chosen"], "load (/src/load.cpp:20)");
  drawn_.press(GLFW_KEY_ENTER);
  drawn_.press(GLFW_KEY_X);
  EXPECT_EQ(view().selection().without, std::vector<std::string>{"/src/load.cpp:20"});
  EXPECT_EQ(shown()["bytes"], 50);
  const auto table = drawn_.workspace.panel(PanelId::kTree).table(view());
  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(table->rows.at(0).at(1), "50 B");
}

TEST_F(CallPanelsTest, CommandsNameWhatIsShown) {
  open(small_run(), PanelId::kTree);
  const std::string file = (folder_ / "a.heaptally").string();
  EXPECT_EQ(drawn_.workspace.panel(PanelId::kTree).command(view()),
            "tree " + file + " --group lineno --min 0");
  Selection selection = view().changed();
  selection.merged = {"load"};
  selection.collapse_recursion = true;
  view().select(selection);
  view().show(PanelId::kFlameGraph);
  drawn_.settle();
  EXPECT_EQ(drawn_.workspace.panel(PanelId::kFlameGraph).command(view()),
            "flame " + file + " -o flame.svg --group function --merge load --collapse-recursion");
}

TEST_F(CallPanelsTest, NoNameBreaksAFrame) {
  RecordingBuilder built;
  const std::string huge(1'000'000, 'x');
  const FrameId main = built.line("/src/%s%n.cpp", 3, "%s%n##id\n\x01\xff");
  for (const std::string& name : {huge, std::string("\xf0\x9f"), std::string("a\0b", 3)}) {
    built.allocate(built.trace({main, built.line("/" + name, 1, name)}), {1000, 1});
  }
  for (const PanelId panel : {PanelId::kFlameGraph, PanelId::kTree}) {
    open(built, panel);
    EXPECT_EQ(shown()["bytes"], 3000);
    drawn_.press(GLFW_KEY_DOWN);
    drawn_.press(GLFW_KEY_DOWN);
    drawn_.press(GLFW_KEY_C, false, true);
    drawn_.press(GLFW_KEY_I);
    for (float y = 200; y < 700; y += 40) drawn_.click(300, y, 1);
    drawn_.press(GLFW_KEY_ESCAPE);
  }
}

TEST_F(CallPanelsTest, NothingAllocatedIsAnEmptyState) {
  for (const PanelId panel : {PanelId::kFlameGraph, PanelId::kTree}) {
    open(RecordingBuilder(), panel);
    EXPECT_EQ(shown()["bytes"], 0);
  }
}

}  // namespace
}  // namespace heaptally::view
