// Workspace: files, keys and tabs, drawn without a window.
#include "viewer/app/workspace.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "tests/viewer/small_recording.h"
#include "tests/viewer/workspace_harness.h"

namespace heaptally::view {
namespace {

class WorkspaceTest : public ::testing::Test {
 protected:
  std::filesystem::path small(const std::string& name = "small.heaptally") {
    write_recording(small_run(), folder_ / name);
    return folder_ / name;
  }
  View& view() { return drawn_.workspace.view(); }

  TestFolder folder_;
  DrawnWorkspace drawn_;
};

TEST_F(WorkspaceTest, IsThereWithoutARecording) {
  drawn_.settle();
  EXPECT_FALSE(view().recording);
  EXPECT_EQ(drawn_.workspace.state()["file"], "");
}

TEST_F(WorkspaceTest, ShowsEachPanelByItsNumber) {
  drawn_.open(small());
  ASSERT_TRUE(view().recording);
  for (std::size_t i = 0; i < kPanels; ++i) {
    drawn_.press(GLFW_KEY_1 + static_cast<int>(i));
    EXPECT_EQ(view().panel, static_cast<PanelId>(i));
  }
}

TEST_F(WorkspaceTest, KeysChangeTheSelectionAndEscapeGoesBack) {
  drawn_.open(small());
  drawn_.press(GLFW_KEY_B);
  EXPECT_EQ(view().selection().unit, SortBy::kCount);
  drawn_.press(GLFW_KEY_E);
  EXPECT_EQ(view().selection().live_at, LiveAt::kEnd);
  drawn_.press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(view().selection().live_at, LiveAt::kPeak);
  drawn_.press(GLFW_KEY_RIGHT, false, false, true);
  EXPECT_EQ(view().selection().live_at, LiveAt::kEnd);
}

// What is no recording, and what becomes none.
class HostileFileTest : public WorkspaceTest {
 protected:
  // Opens it, and expects a problem to be told and nothing else to change.
  void expect_refused(const std::filesystem::path& file) {
    const auto before = view().recording;
    drawn_.open(file);
    EXPECT_TRUE(view().notice_is_problem) << file;
    EXPECT_FALSE(view().notice.empty()) << file;
    EXPECT_EQ(view().recording, before) << file;
  }
};

TEST_F(HostileFileTest, IsRefusedWithAReason) {
  std::ofstream(folder_ / "text.heaptally") << "no recording";
  std::ofstream(folder_ / "empty.heaptally");
  expect_refused(folder_ / "none.heaptally");
  expect_refused(folder_ / "text.heaptally");
  expect_refused(folder_ / "empty.heaptally");
  expect_refused(folder_.path());
}

TEST_F(HostileFileTest, CutShortItIsRefusedOrShown) {
  const auto whole = small();
  const auto size = std::filesystem::file_size(whole);
  const auto cut = folder_ / "cut.heaptally";
  for (std::uintmax_t part = 1; part < 16; ++part) {
    std::filesystem::copy_file(whole, cut, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(cut, size * part / 16);
    drawn_.open(cut);
    EXPECT_TRUE(view().recording || view().notice_is_problem) << part;
  }
}

TEST_F(HostileFileTest, TheFirstStaysOpenWhenTheSecondFails) {
  drawn_.open(small());
  const auto first = view().recording;
  ASSERT_TRUE(first);
  drawn_.open(folder_ / "none.heaptally", true);
  EXPECT_TRUE(view().notice_is_problem);
  EXPECT_FALSE(view().other);
  EXPECT_EQ(view().recording, first);
  expect_refused(folder_ / "none.heaptally");
}

TEST_F(HostileFileTest, MayVanishOrBeOverwrittenWhileItIsOpen) {
  const auto file = small();
  drawn_.open(file);
  std::filesystem::remove(file);
  drawn_.press(GLFW_KEY_E);
  EXPECT_TRUE(view().recording);
  const auto other = small("other.heaptally");
  drawn_.open(other);
  std::ofstream(other, std::ios::trunc) << "something else";
  for (std::size_t i = 0; i < kPanels; ++i) drawn_.press(GLFW_KEY_1 + static_cast<int>(i));
  Selection leaks;
  leaks.metric = ViewMetric::kLeaked;
  view().select(leaks);
  drawn_.settle();
  EXPECT_TRUE(view().recording);
}

TEST_F(WorkspaceTest, ASecondRecordingIsComparedAndSwapped) {
  drawn_.open(small());
  drawn_.open(small("second.heaptally"), true);
  ASSERT_TRUE(view().other);
  EXPECT_EQ(view().panel, PanelId::kCompare);
  view().choose(Action::kSwap);
  drawn_.settle();
  EXPECT_EQ(view().recording->name(), "second.heaptally");
  EXPECT_EQ(view().other->name(), "small.heaptally");
  view().choose(Action::kCloseOther);
  drawn_.settle();
  EXPECT_FALSE(view().other);
}

TEST_F(WorkspaceTest, TheDialogOpensByKeyboardAlone) {
  std::filesystem::create_directory(folder_ / "below");
  write_recording(small_run(), folder_ / "below/inner.heaptally");
  drawn_.open(small());
  drawn_.press(GLFW_KEY_O, true);
  EXPECT_EQ(drawn_.workspace.state()["dialog"]["rows"],
            (nlohmann::json{"below", "small.heaptally"}));
  drawn_.press(GLFW_KEY_ENTER);
  EXPECT_EQ(drawn_.workspace.state()["dialog"]["rows"], nlohmann::json{"inner.heaptally"});
  drawn_.press(GLFW_KEY_BACKSPACE);
  drawn_.press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(drawn_.workspace.state()["dialog"]["open"], false);
  drawn_.press(GLFW_KEY_O, true);
  drawn_.type("below/inner.heaptally");
  drawn_.press(GLFW_KEY_ENTER);
  EXPECT_EQ(view().recording->name(), "inner.heaptally");
  EXPECT_EQ(view().settings.recent.size(), 2U);
}

TEST_F(WorkspaceTest, AFilterIsTypedAndTakenBack) {
  drawn_.open(small());
  drawn_.press(GLFW_KEY_SLASH);
  drawn_.type("*/parse.cpp");
  drawn_.press(GLFW_KEY_ENTER);
  EXPECT_EQ(view().selection().filters, std::vector<std::string>{"*/parse.cpp"});
  EXPECT_EQ(drawn_.workspace.state()["filter"]["text"], "");
  drawn_.press(GLFW_KEY_ESCAPE);
  EXPECT_TRUE(view().selection().filters.empty());
}

TEST_F(WorkspaceTest, AFilterThatMakesNoSenseIsToldBesideTheField) {
  drawn_.open(small());
  drawn_.press(GLFW_KEY_SLASH);
  drawn_.type(":5");
  drawn_.press(GLFW_KEY_ENTER);
  EXPECT_TRUE(view().selection().filters.empty());
  EXPECT_NE(drawn_.workspace.state()["filter"]["problem"].get<std::string>().find("no pattern"),
            std::string::npos);
  EXPECT_EQ(drawn_.workspace.state()["filter"]["text"], ":5");
}

TEST_F(WorkspaceTest, ExportsStacksAndAsksBeforeItReplaces) {
  drawn_.open(small());
  view().choose(Action::kExportFolded);
  drawn_.settle();
  EXPECT_EQ(drawn_.workspace.state()["dialog"]["text"], "small.folded");
  drawn_.press(GLFW_KEY_ENTER);
  const auto file = folder_ / "small.folded";
  ASSERT_TRUE(std::filesystem::exists(file)) << view().notice;
  std::ostringstream stacks;
  stacks << std::ifstream(file).rdbuf();
  EXPECT_NE(stacks.str().find("main;load;parse 1000"), std::string::npos) << stacks.str();

  std::ofstream(file, std::ios::trunc) << "mine";
  view().choose(Action::kExportFolded);
  drawn_.settle();
  drawn_.press(GLFW_KEY_ENTER);
  EXPECT_EQ(drawn_.workspace.state()["dialog"]["asks_to_replace"], true);
  drawn_.press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(std::filesystem::file_size(file), 4U);
  drawn_.press(GLFW_KEY_ENTER);
  drawn_.press(GLFW_KEY_ENTER);
  EXPECT_GT(std::filesystem::file_size(file), 4U);
}

TEST_F(WorkspaceTest, TheHelpHidesAndEscapeClosesIt) {
  drawn_.open(small());
  drawn_.press(GLFW_KEY_B);
  drawn_.press(GLFW_KEY_SLASH, false, true);
  EXPECT_EQ(drawn_.workspace.state()["help"], true);
  drawn_.press(GLFW_KEY_ESCAPE);
  EXPECT_EQ(drawn_.workspace.state()["help"], false);
  EXPECT_EQ(view().selection().unit, SortBy::kCount);
}

TEST_F(WorkspaceTest, TheStatusBarTellsHowExactItIs) {
  drawn_.open(small());
  EXPECT_EQ(drawn_.workspace.state()["status"], "live at the peak, 5.500 s (exact)");
}

}  // namespace
}  // namespace heaptally::view
