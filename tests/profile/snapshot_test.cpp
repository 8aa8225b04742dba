#include "core/profile/snapshot.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Nanoseconds time(std::string_view text) { return parse_moment(text).time; }

Moment at(Nanoseconds time) { return {Moment::Kind::kTime, time}; }

TEST(Moment, ReadsTimes) {
  EXPECT_EQ(time("1.5"), milliseconds(1500));
  EXPECT_EQ(time("1.5s"), milliseconds(1500));
  EXPECT_EQ(time("250ms"), milliseconds(250));
  EXPECT_EQ(time("2m"), seconds(120));
  EXPECT_EQ(time("1m30s"), seconds(90));
  EXPECT_EQ(time("1h2m3.5s"), milliseconds(3'723'500));
  EXPECT_EQ(time("7us"), Nanoseconds(7000));
  EXPECT_EQ(time("7ns"), Nanoseconds(7));
  EXPECT_EQ(time("0"), Nanoseconds(0));
  EXPECT_EQ(time("1.234567891"), Nanoseconds(1'234'567'891));
  EXPECT_EQ(time("99999999999999h"), Nanoseconds(9'000'000'000'000'000'000));
  EXPECT_EQ(parse_moment("1.5").kind, Moment::Kind::kTime);
  EXPECT_EQ(parse_moment("peak").kind, Moment::Kind::kPeak);
  EXPECT_EQ(parse_moment("end").kind, Moment::Kind::kEnd);
  EXPECT_EQ(parse_moment("peak").pid, 0);
  EXPECT_EQ(parse_moment("peak:1234").kind, Moment::Kind::kPeak);
  EXPECT_EQ(parse_moment("peak:1234").pid, 1234);
}

TEST(Moment, RefusesWhatIsNoTime) {
  for (const char* text : {"",       "x",      "-1",      "+1",      "1x",
                           "1m30",   "1 s",    "inf",     "nan",     "1e3",
                           ".",      "s",      "1..5",    "Peak",    "peak:",
                           "peak:x", "peak:0", "peak:-5", "peak:5 ", "peak:99999999999",
                           "end:5",  "0x10",   "1.5.5s",  " 1"}) {
    try {
      parse_moment(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
    }
  }
}

TEST(Metric, ReadsItsNames) {
  for (const Metric metric : {Metric::kLive, Metric::kTotal, Metric::kTemporary}) {
    EXPECT_EQ(parse_metric(name_of(metric)), metric);
  }
  EXPECT_THROW(parse_metric("leaked"), Error);
}

// Two tallies over 10 s with the peak at 2.5 s, and a gap in the timeline from 3 s to 5 s.
// Summed from the start, or from the end.
class Snapshots : public testing::TestWithParam<bool> {
 protected:
  Snapshots() {
    const TraceId trace = recording_.trace({recording_.line("a.cpp", 1)});
    const TallyId a = recording_.tally(trace, {.total = {100, 10},
                                               .temporary = {9, 3},
                                               .live_at_end = {60, 6},
                                               .live_at_peak = {70, 7},
                                               .live_at_process_peak = {},
                                               .lifetimes = {}});
    const TallyId b = recording_.tally(trace, {.total = {500, 5},
                                               .temporary = {},
                                               .live_at_end = {},
                                               .live_at_peak = {400, 4},
                                               .live_at_process_peak = {},
                                               .lifetimes = {}});
    recording_.bucket(0, 1000,
                      {{.id = a, .allocated = {50, 5}, .freed = {10, 1}, .temporary = {4, 1}}});
    recording_.bucket(2000, 1000,
                      {{.id = a, .allocated = {30, 3}, .freed = {}, .temporary = {}},
                       {.id = b, .allocated = {500, 5}, .freed = {100, 1}, .temporary = {}}});
    recording_.bucket(5000, 1000,
                      {{.id = a, .allocated = {20, 2}, .freed = {30, 3}, .temporary = {5, 2}},
                       {.id = b, .allocated = {}, .freed = {400, 4}, .temporary = {}}});
    // The program ends.
    recording_.bucket(9000, 1000, {{.id = a, .allocated = {}, .freed = {60, 6}, .temporary = {}}});
    recording_.data.header.timeline_ends_empty = true;
  }

  BucketSource timeline() const {
    const BucketSource all = recording_.timeline();
    if (!GetParam()) return all;
    return {all, [all](Nanoseconds, const BucketVisitor& visit) { all(visit); },
            [](Nanoseconds) { return true; }};
  }
  Snapshot take(Metric metric, Moment moment) {
    return take_snapshot(recording_.data, timeline(), metric, moment);
  }
  void expect(const Snapshot& snapshot, Nanoseconds time, Amount a, Amount b) {
    EXPECT_EQ(snapshot.time, time);
    ASSERT_EQ(snapshot.amounts.size(), 2u);
    EXPECT_EQ(snapshot.amounts[0], a);
    EXPECT_EQ(snapshot.amounts[1], b);
  }

  RecordingBuilder recording_;
};

TEST_P(Snapshots, OfPeakAndEndAreTheTotals) {
  const Snapshot peak = take(Metric::kLive, {Moment::Kind::kPeak});
  EXPECT_TRUE(peak.exact);
  expect(peak, milliseconds(2500), {70, 7}, {400, 4});
  expect(take(Metric::kLive, {Moment::Kind::kEnd}), seconds(10), {60, 6}, {});
  expect(take(Metric::kTotal, {Moment::Kind::kEnd}), seconds(10), {100, 10}, {500, 5});
  expect(take(Metric::kTemporary, {Moment::Kind::kEnd}), seconds(10), {9, 3}, {});
}

TEST_P(Snapshots, OfATimeAreThoseOfTheEdgeBefore) {
  expect(take(Metric::kLive, at(milliseconds(999))), seconds(0), {}, {});
  expect(take(Metric::kLive, at(seconds(1))), seconds(1), {40, 4}, {});
  expect(take(Metric::kLive, at(milliseconds(2999))), seconds(2), {40, 4}, {});
  expect(take(Metric::kLive, at(seconds(3))), seconds(3), {70, 7}, {400, 4});
  expect(take(Metric::kTotal, at(milliseconds(5500))), seconds(5), {80, 8}, {500, 5});
  expect(take(Metric::kTemporary, at(milliseconds(5500))), seconds(5), {4, 1}, {});
  EXPECT_TRUE(take(Metric::kLive, at(milliseconds(999))).exact);
}

TEST_P(Snapshots, OfATimeWhenNothingHappenedAreOfThatTime) {
  expect(take(Metric::kLive, at(milliseconds(4321))), milliseconds(4321), {70, 7}, {400, 4});
  expect(take(Metric::kLive, at(seconds(8))), seconds(8), {60, 6}, {});
}

TEST_P(Snapshots, AreNotTakenAfterTheEnd) {
  expect(take(Metric::kLive, at(seconds(10))), seconds(10), {60, 6}, {});
  EXPECT_THROW(take(Metric::kLive, parse_moment("99")), Error);
}

TEST_P(Snapshots, AreTakenAtSharesOfTheRun) {
  const Snapshot whole = take(Metric::kTotal, parse_moment("100%"));
  EXPECT_EQ(whole.amounts, take(Metric::kTotal, {Moment::Kind::kEnd}).amounts);
  EXPECT_EQ(take(Metric::kTotal, parse_moment("20%")).amounts,
            take(Metric::kTotal, at(seconds(2))).amounts);
  const Snapshot none = take(Metric::kTotal, parse_moment("start"));
  EXPECT_EQ(none.time, seconds(0));
  for (const Amount amount : none.amounts) EXPECT_EQ(amount, Amount{});
}

TEST_P(Snapshots, AreTakenAtMarks) {
  recording_.data.marks = {{"a", seconds(2), {}}, {"b", seconds(3), {}}, {"a", seconds(4), {}}};
  const auto total_at = [&](const char* mark) {
    return take(Metric::kTotal, parse_moment(mark)).amounts;
  };
  EXPECT_EQ(total_at("mark:a"), take(Metric::kTotal, at(seconds(2))).amounts);
  EXPECT_EQ(total_at("mark:a#2"), take(Metric::kTotal, at(seconds(4))).amounts);
  EXPECT_THROW(total_at("mark:a#3"), Error);
  EXPECT_THROW(total_at("mark:a#0"), Error);
  try {
    total_at("mark:c");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "--at mark:c: no such mark; there are a, b");
  }
}

TEST_P(Snapshots, BetweenMomentsCountWhatCameBetween) {
  const auto between = [&](Metric metric, const char* from, const char* to) {
    return take_snapshot_between(recording_.data, timeline(), metric, parse_moment(from, "--from"),
                                 parse_moment(to, "--to"));
  };
  const Snapshot part = between(Metric::kTotal, "2", "end");
  const Snapshot before = take(Metric::kTotal, at(seconds(2)));
  const Snapshot whole = take(Metric::kTotal, {Moment::Kind::kEnd});
  for (std::size_t i = 0; i < whole.amounts.size(); ++i) {
    EXPECT_EQ(part.amounts[i] + before.amounts[i], whole.amounts[i]);
  }
  EXPECT_EQ(part.from_time, seconds(2));
  EXPECT_THROW(between(Metric::kLive, "1", "2"), Error);
  EXPECT_THROW(between(Metric::kTotal, "4", "2"), Error);
}

TEST_P(Snapshots, OfTotalsAtThePeakStopAtTheEdgeBefore) {
  const Snapshot snapshot = take(Metric::kTotal, {Moment::Kind::kPeak});
  EXPECT_TRUE(snapshot.exact);
  expect(snapshot, seconds(2), {50, 5}, {});
}

TEST_P(Snapshots, OfAnUnfinishedRecordingHaveNoExactPeak) {
  recording_.data.header.complete = false;
  recording_.data.header.duration = {};
  recording_.data.samples.push_back({.time = seconds(6)});
  EXPECT_FALSE(take(Metric::kLive, {Moment::Kind::kPeak}).exact);
  expect(take(Metric::kLive, {Moment::Kind::kEnd}), seconds(6), {60, 6}, {});
}

// Two processes: 100 with the tally a, and 200 with two images: b in the first, c in the second.
class ProcessPeaks : public testing::Test {
 protected:
  ProcessPeaks() {
    const ProcessId shell = recording_.process(200, "sh", 100);
    const ProcessId compiler = recording_.execute(shell, "cc a.c");
    const TraceId trace = recording_.trace({recording_.line("a.cpp", 1)});
    const TallyId a = allocate(trace, {}, {40, 4});
    const TallyId b = allocate(trace, recording_.task("sh", 200, 1, shell), {5, 1});
    const TallyId c = allocate(trace, recording_.task("cc", 200, 1, compiler), {30, 3});
    set_peak(ProcessId{0}, {40, 4}, milliseconds(500));
    set_peak(shell, {5, 1}, milliseconds(1500));
    set_peak(compiler, {30, 3}, milliseconds(3500));
    recording_.bucket(0, 1000, {{.id = a, .allocated = {40, 4}, .freed = {}, .temporary = {}}});
    recording_.bucket(1000, 1000,
                      {{.id = b, .allocated = {5, 1}, .freed = {5, 1}, .temporary = {}}});
    recording_.bucket(2000, 1000,
                      {{.id = a, .allocated = {1, 1}, .freed = {41, 5}, .temporary = {}},
                       {.id = c, .allocated = {20, 2}, .freed = {2, 1}, .temporary = {2, 1}}});
    recording_.bucket(3000, 1000, {{.id = c, .allocated = {12, 2}, .freed = {}, .temporary = {}}});
  }

  TallyId allocate(TraceId trace, TaskId task, Amount at_process_peak) {
    return recording_.tally(trace,
                            {.total = {},
                             .temporary = {},
                             .live_at_end = {},
                             .live_at_peak = {1, 1},
                             .live_at_process_peak = at_process_peak,
                             .lifetimes = {}},
                            task);
  }
  void set_peak(ProcessId image, Amount peak, Nanoseconds time) {
    recording_.data.processes[index_of(image)].peak = peak;
    recording_.data.processes[index_of(image)].peak_time = time;
  }
  Snapshot take(Metric metric, const char* moment) {
    return take_snapshot(recording_.data, recording_.timeline(), metric, parse_moment(moment));
  }
  std::string error_of(const char* moment) {
    try {
      take(Metric::kLive, moment);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.what();
    }
    return "";
  }

  RecordingBuilder recording_;
};

using Amounts = std::vector<Amount>;

TEST_F(ProcessPeaks, OfLiveBlocksAreThoseOfTheImageWithTheGreatest) {
  const Snapshot first = take(Metric::kLive, "peak:100");
  EXPECT_EQ(first.amounts, (Amounts{{40, 4}, {}, {}}));
  EXPECT_EQ(first.time, milliseconds(500));
  EXPECT_EQ(first.image, ProcessId{0});
  EXPECT_TRUE(first.exact);
  const Snapshot second = take(Metric::kLive, "peak:200");
  EXPECT_EQ(second.amounts, (Amounts{{}, {}, {30, 3}}));
  EXPECT_EQ(second.time, milliseconds(3500));
  EXPECT_EQ(second.image, ProcessId{2});
}

TEST_F(ProcessPeaks, OfTotalsAreThoseOfAllItsImagesUpToTheEdgeBefore) {
  const Snapshot total = take(Metric::kTotal, "peak:200");
  EXPECT_EQ(total.amounts, (Amounts{{}, {5, 1}, {20, 2}}));
  EXPECT_EQ(total.time, seconds(3));
  EXPECT_TRUE(total.exact);
  EXPECT_EQ(take(Metric::kTemporary, "peak:200").amounts, (Amounts{{}, {}, {2, 1}}));
  EXPECT_EQ(take(Metric::kTotal, "peak:100").amounts, (Amounts{{}, {}, {}}));
}

TEST_F(ProcessPeaks, OfAPidThatWasUsedAgainAreThoseOfTheGreater) {
  const ProcessId again = recording_.process(100, "other");
  set_peak(again, {41, 1}, seconds(9));
  EXPECT_EQ(take(Metric::kLive, "peak:100").image, again);
}

TEST_F(ProcessPeaks, FromBucketEdgesAreNotExact) {
  recording_.data.exact_process_peaks = false;
  EXPECT_FALSE(take(Metric::kLive, "peak:200").exact);
  EXPECT_TRUE(take(Metric::kTotal, "peak:200").exact);
}

TEST_F(ProcessPeaks, OfWhatWasNotRecordedAreAnError) {
  EXPECT_EQ(error_of("peak:77"),
            "--at peak:77: no such process; there are program (100), cc (200)");
  const ProcessId refused = recording_.process(300, "/sbin/ldconfig", 100);
  recording_.data.processes[index_of(refused)].not_recorded = "it is statically linked";
  EXPECT_EQ(error_of("peak:300"),
            "--at peak:300: the process was not recorded: it is statically linked; heaptally "
            "summary shows those that were");
}

TEST_P(Snapshots, OfADamagedTimelineDoNotFallBelowZero) {
  recording_.buckets[0].deltas[0].freed = {1000, 1000};
  recording_.buckets[1].deltas[1].id = TallyId{77};
  recording_.buckets[2].deltas[0].allocated = {1000, 1000};
  recording_.buckets[2].deltas[1].id = TallyId{77};
  expect(take(Metric::kLive, at(seconds(3))), seconds(3), {}, {});
}

INSTANTIATE_TEST_SUITE_P(Sides, Snapshots, testing::Bool(), [](const auto& test) {
  return std::string(test.param ? "FromTheEnd" : "FromTheStart");
});

}  // namespace
}  // namespace heaptally
