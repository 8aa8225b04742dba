// Moments by their names.
#include "viewer/model/moments.h"

#include <gtest/gtest.h>

#include "tests/viewer/small_recording.h"

namespace heaptally::view {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

RecordingData marked_run() {
  RecordingData data = small_run().data;
  data.marks = {{"loaded", seconds(3), {}}, {"step", seconds(4), {}}, {"step", seconds(6), {}}};
  return data;
}

TEST(Moments, HaveTheNameThatLeadsBackToThem) {
  const RecordingData data = marked_run();
  EXPECT_EQ(moment_option(data, seconds(0)), "start");
  EXPECT_EQ(moment_option(data, seconds(3)), "mark:loaded");
  EXPECT_EQ(moment_option(data, milliseconds(5500)), "peak");
  EXPECT_EQ(moment_option(data, seconds(10)), "end");
  EXPECT_EQ(moment_option(data, seconds(11)), "end");
  EXPECT_EQ(moment_option(data, milliseconds(1250)), "1.25s");
  EXPECT_EQ(parse_moment(moment_option(data, milliseconds(1250))).time, milliseconds(1250));
}

TEST(Moments, TheSecondMarkOfANameIsATime) {
  const RecordingData data = marked_run();
  EXPECT_EQ(moment_option(data, seconds(4)), "mark:step");
  EXPECT_EQ(moment_option(data, seconds(6)), "6s");
}

TEST(Moments, OfTheRecordingComeInOrderOfTime) {
  const std::vector<NamedMoment> moments = named_moments(marked_run());
  ASSERT_EQ(moments.size(), 6U);
  EXPECT_EQ(moments[0].name, "start");
  EXPECT_EQ(moments[1].name, "loaded");
  EXPECT_EQ(moments[3].name, "peak");
  EXPECT_EQ(moments[5].name, "end");
}

TEST(Moments, APeakOfNothingHasNoName) {
  RecordingData data = RecordingBuilder().data;
  EXPECT_EQ(named_moments(data).size(), 2U);
  EXPECT_EQ(moment_option(data, data.header.peak_time), "2.5s");
}

}  // namespace
}  // namespace heaptally::view
