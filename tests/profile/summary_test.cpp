#include "core/profile/summary.h"

#include <gtest/gtest.h>

#include "core/profile/losses.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

Summary summary(const RecordingBuilder& recording) {
  return summarize(Profile(recording.data, {}), 5);
}

TEST(Summary, CountsFoldedThreads) {
  RecordingBuilder recording;
  recording.task("worker", 101, 40);
  EXPECT_EQ(summary(recording).threads, 41u);
}

TEST(Summary, TellsHowMuchOfTheGrowthTheHeapIs) {
  RecordingBuilder recording;
  recording.data.header.peak = {300, 3};
  EXPECT_EQ(summary(recording).heap_share, std::nullopt);
  recording.data.header.first_rss = 1000;
  recording.data.header.peak_rss = 1000;
  EXPECT_EQ(summary(recording).heap_share, std::nullopt);
  recording.data.header.peak_rss = 2200;
  EXPECT_EQ(summary(recording).rss_growth, 1200u);
  EXPECT_DOUBLE_EQ(summary(recording).heap_share.value(), 0.25);
}

TEST(Summary, WarnsOfGrowthThatTheHeapAndLibrariesDoNotExplain) {
  RecordingBuilder recording;
  recording.data.header.first_rss = 1 << 20;
  recording.data.header.peak = {1 << 20, 1};
  recording.data.header.peak_rss = 9 << 20;
  EXPECT_FALSE(heap_explains_little(summary(recording)));
  recording.data.header.peak_rss = 10 << 20;
  EXPECT_TRUE(heap_explains_little(summary(recording)));
  recording.data.header.peak = {5 << 20, 1};
  recording.data.header.peak_rss = 15 << 20;
  EXPECT_TRUE(heap_explains_little(summary(recording)));
  recording.data.header.peak = {7 << 20, 1};
  EXPECT_FALSE(heap_explains_little(summary(recording)));
}

TEST(Summary, AddsUpWhatAnUnfinishedRecordingHas) {
  RecordingBuilder recording;
  recording.data.header.complete = false;
  recording.data.header.total = {1, 1};
  const TraceId trace = recording.trace({recording.line("a.cpp", 1)});
  recording.tally(trace, {.total = {100, 10},
                          .temporary = {9, 3},
                          .live_at_end = {60, 6},
                          .live_at_peak = {70, 7},
                          .live_at_process_peak = {},
                          .lifetimes = {}});
  recording.allocate(trace, {5, 1});
  const Summary result = summary(recording);
  EXPECT_EQ(result.total, (Amount{105, 11}));
  EXPECT_EQ(result.temporary, (Amount{9, 3}));
  EXPECT_EQ(result.peak, (Amount{75, 8}));
  EXPECT_EQ(result.live_at_end, (Amount{65, 7}));
  EXPECT_EQ(result.frees, 4u);
}

TEST(Losses, MakeARecordingIncompleteIfEventsAreMissing) {
  Header header;
  EXPECT_TRUE(is_incomplete(header));
  header.complete = true;
  EXPECT_FALSE(is_incomplete(header));
  header.inherited_frees = header.nested_events = header.cut_stacks = header.fallback_stacks = 1;
  EXPECT_FALSE(is_incomplete(header));
  for (std::uint64_t Header::*count : {&Header::lost_events, &Header::inferred_frees,
                                       &Header::late_events, &Header::rejected_events}) {
    Header other = header;
    other.*count = 1;
    EXPECT_TRUE(is_incomplete(other));
  }
}

TEST(Losses, TellWhyStacksFellBack) {
  Header header;
  header.fallbacks.other_register = 2;
  header.fallbacks.expression = 1;
  header.fallback_stacks = header.fallbacks.total();
  for (const Loss& loss : losses(header)) {
    const bool has_reasons = loss.name == "fallback_stacks";
    EXPECT_EQ(loss.count, has_reasons ? 3 : 0);
    EXPECT_EQ(loss.detail, has_reasons ? "2 through another register, 1 by an expression" : "");
  }
}

}  // namespace
}  // namespace heaptally
