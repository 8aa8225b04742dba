// TimeAxis: what is visible stays within the run, and zooming keeps a moment where it is.
#include "viewer/model/time_axis.h"

#include <gtest/gtest.h>

namespace heaptally::view {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(TimeAxis, ShowsTheWholeRunFirst) {
  const TimeAxis axis(seconds(10));
  EXPECT_TRUE(axis.shows_all());
  EXPECT_EQ(axis.position_of(seconds(5), 200), 100);
  EXPECT_EQ(axis.time_at(50, 200), milliseconds(2500));
}

TEST(TimeAxis, ZoomKeepsAMomentInItsPlace) {
  TimeAxis axis(seconds(10));
  const double before = axis.position_of(seconds(4), 1000);
  axis.zoom(0.5, 0.4);
  EXPECT_EQ(axis.visible().to - axis.visible().from, seconds(5));
  EXPECT_NEAR(axis.position_of(seconds(4), 1000), before, 1e-3);
}

TEST(TimeAxis, NothingOutsideTheRunIsVisible) {
  TimeAxis axis(seconds(10));
  axis.zoom(0.5, 0);
  axis.pan(-1);
  EXPECT_EQ(axis.visible().from, Nanoseconds(0));
  axis.pan(100);
  EXPECT_EQ(axis.visible().to, seconds(10));
  EXPECT_EQ(axis.visible().from, seconds(5));
  axis.zoom(1000, 0.5);
  EXPECT_TRUE(axis.shows_all());
  axis.show({.from = seconds(-3), .to = seconds(20)});
  EXPECT_TRUE(axis.shows_all());
}

TEST(TimeAxis, SomethingIsAlwaysVisible) {
  TimeAxis axis(seconds(10));
  for (int i = 0; i < 200; ++i) axis.zoom(0.1, 1);
  EXPECT_LT(axis.visible().from, axis.visible().to);
  axis.show({.from = seconds(4), .to = seconds(4)});
  EXPECT_LT(axis.visible().from, axis.visible().to);
  const TimeAxis nothing(Nanoseconds(0));
  EXPECT_LT(nothing.visible().from, nothing.visible().to);
}

TEST(TimeAxis, SnapsToWhatIsNear) {
  const std::vector<Nanoseconds> moments = {seconds(1), seconds(3)};
  EXPECT_EQ(snapped(milliseconds(1100), moments, milliseconds(200)), seconds(1));
  EXPECT_EQ(snapped(milliseconds(1300), moments, milliseconds(200)), milliseconds(1300));
}

TEST(TimeAxis, TicksAreRoundAndNotTooMany) {
  const auto ticks = ticks_of({.from = Nanoseconds(0), .to = seconds(10)}, 6);
  EXPECT_EQ(ticks, (std::vector<Nanoseconds>{seconds(0), seconds(2), seconds(4), seconds(6),
                                             seconds(8), seconds(10)}));
  EXPECT_EQ(tick_text(seconds(2), seconds(2)), "2 s");
  EXPECT_EQ(tick_text(milliseconds(1500), milliseconds(500)), "1.5 s");
  EXPECT_EQ(tick_text(Nanoseconds(0), seconds(1)), "0");
}

}  // namespace
}  // namespace heaptally::view
