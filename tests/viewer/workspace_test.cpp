// Workspace: files, keys and tabs, drawn without a window.
#include "viewer/app/workspace.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace heaptally::view
