#include "core/profile/heap_timeline.h"

#include <gtest/gtest.h>

#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// 10 s. Line a: 100 bytes from 1 s on, freed before 6 s. Line b: 50 bytes from 2 s to the end.
// Between the edges of [2, 3) there were 400 bytes live, at 2.5 s.
struct TwoLines : RecordingBuilder {
  TwoLines() {
    a = allocate(trace({line("src/a.cpp", 5)}), {100, 1});
    b = allocate(trace({line("src/b.cpp", 7)}), {50, 1});
    bucket(1000, 1000, {{a, {100, 1}, {}, {}}});
    bucket(2000, 1000, {{b, {300, 6}, {250, 5}, {}}});
    bucket(5000, 1000, {{a, {}, {100, 1}, {}}});
    buckets[0].max_live_bytes = 100;
    buckets[1].max_live_bytes = 400;
    buckets[2].max_live_bytes = 150;
    data.header.peak = {400, 7};
    data.header.first_rss = 1000;
    data.samples = {{seconds(1), 2000, 0, milliseconds(500)},
                    {milliseconds(2500), 5000, 0, seconds(2)},
                    {seconds(10), 3000, 0, seconds(2)}};
  }

  HeapTimeline timeline_of(const Query& query, Nanoseconds from = seconds(0),
                           Nanoseconds to = seconds(10)) const {
    return heap_timeline(Profile(data, {}), timeline(), query, from, to);
  }

  TallyId a{}, b{};
};

using Values = std::vector<std::uint64_t>;

TEST(HeapTimeline, HasARowForEachBucketAndItsRecordedMaximum) {
  const TwoLines recording;
  const HeapTimeline timeline = recording.timeline_of({});
  ASSERT_EQ(timeline.rows.size(), 3u);
  EXPECT_TRUE(timeline.recorded_maxima);
  const TimelineRow& second = timeline.rows[1];
  EXPECT_EQ(second.start, seconds(2));
  EXPECT_EQ(second.end, seconds(3));
  EXPECT_EQ(second.live, (Amount{150, 2}));
  EXPECT_EQ(second.max_live_bytes, 400u);
  EXPECT_EQ(second.allocated, (Amount{300, 6}));
  EXPECT_EQ(second.freed, (Amount{250, 5}));
  EXPECT_EQ(second.rss, 5000u);
  EXPECT_EQ(second.cpu, seconds(2));
  EXPECT_EQ(timeline.rows[2].live, (Amount{50, 1}));
  EXPECT_EQ(timeline.rows[2].rss, 5000u);  // the last one seen
  EXPECT_EQ(timeline.peak.time, milliseconds(2500));
  EXPECT_EQ(timeline.peak.bytes, 400u);
  EXPECT_TRUE(timeline.peak.exact);
}

TEST(HeapTimeline, OfAFilterKnowsTheEdgesAlone) {
  const TwoLines recording;
  Query query;
  query.filters.push_back(parse_filter("*/b.cpp", true, false));
  const HeapTimeline timeline = recording.timeline_of(query);
  ASSERT_EQ(timeline.rows.size(), 1u);
  EXPECT_FALSE(timeline.recorded_maxima);
  EXPECT_EQ(timeline.rows[0].live, (Amount{50, 1}));
  EXPECT_EQ(timeline.rows[0].max_live_bytes, 50u);
  EXPECT_EQ(timeline.peak.bytes, 50u);
  EXPECT_EQ(timeline.peak.time, seconds(3));
  EXPECT_FALSE(timeline.peak.exact);
  EXPECT_EQ(live_columns(timeline, 10), (Values{0, 0, 50, 50, 50, 50, 50, 50, 50, 50}));
}

// What was freed within the row was live at its start.
TEST(HeapTimeline, OfAFilterTakesTheHigherEdge) {
  const TwoLines recording;
  Query query;
  query.filters.push_back(parse_filter("*/a.cpp", true, false));
  const HeapTimeline timeline = recording.timeline_of(query);
  ASSERT_EQ(timeline.rows.size(), 2u);
  EXPECT_EQ(timeline.rows[1].live, Amount{});
  EXPECT_EQ(timeline.rows[1].max_live_bytes, 100u);
}

TEST(HeapTimeline, IsCutIntoColumnsThatKeepTheGreatest) {
  const TwoLines recording;
  const HeapTimeline timeline = recording.timeline_of({});
  EXPECT_EQ(live_columns(timeline, 10), (Values{0, 100, 400, 150, 150, 150, 50, 50, 50, 50}));
  EXPECT_EQ(live_columns(timeline, 2), (Values{400, 150}));
  EXPECT_EQ(rss_columns(timeline, recording.data, 5), (Values{2000, 5000, 5000, 5000, 5000}));
  // Half a CPU until 1 s, a whole one until 2.5 s, none after.
  EXPECT_EQ(cpu_columns(timeline, recording.data, 4), (Values{800, 0, 0, 0}));
  EXPECT_EQ(cpu_columns(timeline, recording.data, 10),
            (Values{500, 1000, 500, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(column_of(timeline.span(), milliseconds(2500), 10), 2u);
  EXPECT_EQ(column_of(timeline.span(), seconds(10), 10), 9u);
  EXPECT_TRUE(live_columns(timeline, 0).empty());
}

// The run has 10 s; what comes before its first row and after its end is nothing.
TEST(HeapTimeline, LiesInALongerSpan) {
  const TwoLines recording;
  const HeapTimeline timeline = recording.timeline_of({});
  const TimeSpan span{.from = seconds(0), .to = seconds(20)};
  EXPECT_EQ(live_columns(timeline, span, 10), (Values{100, 400, 150, 50, 50, 0, 0, 0, 0, 0}));
  EXPECT_EQ(column_of(span, seconds(10), 10), 5u);
}

TEST(HeapTimeline, OfAPartBeginsWithWhatWasLive) {
  const TwoLines recording;
  const HeapTimeline timeline = recording.timeline_of({}, seconds(3), seconds(7));
  EXPECT_EQ(timeline.live_at_start, 150u);
  ASSERT_EQ(timeline.rows.size(), 1u);
  EXPECT_EQ(live_columns(timeline, 4), (Values{150, 150, 150, 50}));
  EXPECT_EQ(timeline.peak.bytes, 150u);
  EXPECT_FALSE(timeline.peak.exact);
}

TEST(HeapTimeline, OfAnUnfinishedRecordingHasNoExactPeak) {
  TwoLines recording;
  recording.data.header.complete = false;
  const HeapTimeline timeline = recording.timeline_of({});
  EXPECT_EQ(timeline.peak.bytes, 400u);
  EXPECT_EQ(timeline.peak.time, seconds(3));
  EXPECT_FALSE(timeline.peak.exact);
}

TEST(HeapTimeline, OfARunInWhichNothingHappened) {
  const RecordingBuilder recording;
  const Profile profile(recording.data, {});
  const HeapTimeline timeline =
      heap_timeline(profile, recording.timeline(), {}, seconds(0), seconds(0));
  EXPECT_TRUE(timeline.rows.empty());
  EXPECT_EQ(live_columns(timeline, 3), (Values{0, 0, 0}));
  EXPECT_EQ(cpu_columns(timeline, recording.data, 3), (Values{0, 0, 0}));
}

}  // namespace
}  // namespace heaptally
