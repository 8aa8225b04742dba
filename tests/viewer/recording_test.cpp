// Recording: what needs no timeline is there before it.
#include "viewer/model/recording.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <future>

#include "core/base/error.h"
#include "tests/viewer/small_recording.h"

namespace heaptally::view {
namespace {

TEST(Recording, TellsHowFarItIs) {
  const TestFolder folder;
  write_recording(small_run(), folder / "small.heaptally");
  double last = -1;
  const auto recording =
      Recording::load(folder / "small.heaptally", [&](std::string_view step, double share) {
        EXPECT_FALSE(step.empty());
        EXPECT_GE(share, last);
        last = share;
        return true;
      });
  ASSERT_TRUE(recording);
  EXPECT_EQ(last, 1);
}

TEST(Recording, IsNoneWhenToldToStopWhileItsLinesAreNamed) {
  const TestFolder folder;
  write_recording(small_run(), folder / "small.heaptally");
  const auto recording =
      Recording::load(folder / "small.heaptally",
                      [](std::string_view step, double) { return step != "Naming lines"; });
  EXPECT_FALSE(recording);
}

// `wake` is called by the thread that reads the timeline, so it can be held there.
TEST(Recording, IsThereBeforeItsTimeline) {
  const TestFolder folder;
  write_recording(small_run(), folder / "small.heaptally");
  std::promise<void> woken;
  const auto recording =
      Recording::load(folder / "small.heaptally", {}, [&] { woken.set_value(); });
  ASSERT_TRUE(recording);
  EXPECT_EQ(recording->index().buckets().size(), 3u);
  woken.get_future().wait();
  EXPECT_TRUE(recording->has_timeline());
}

TEST(Recording, GivesTheProblemToWhoeverWaitsForTheTimeline) {
  const TestFolder folder;
  const auto file = folder / "damaged.heaptally";
  write_recording(small_run(), file);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, "UPDATE timeline SET deltas = x'FF'", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  const auto recording = Recording::load(file);
  ASSERT_TRUE(recording);
  EXPECT_THROW(recording->index(), Error);
  EXPECT_THROW(recording->timeline()([](const Bucket&) { return true; }), Error);
  EXPECT_THROW(recording->crossings(), Error);
}

}  // namespace
}  // namespace heaptally::view
