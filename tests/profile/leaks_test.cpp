#include "core/profile/leaks.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

using std::chrono::milliseconds;

// Of two lines: 300 B in 3 blocks leaked, of which 100 B in each of [0, 100), [100, 200) and
// [900, 1000) ms; and 70 B in 7 blocks, all from the second stretch.
class FindLeaks : public testing::Test {
 protected:
  FindLeaks() {
    const FrameId main = recording_.line("main.cpp", 3, "main");
    a_ = recording_.allocate(recording_.trace({main, recording_.line("a.cpp", 5, "f")}), {300, 3});
    b_ = recording_.allocate(recording_.trace({main, recording_.line("b.cpp", 1, "g")}), {70, 7});
    recording_.bucket(0, 100, {{a_, {500, 5}, {400, 4}, {}}});
    recording_.bucket(100, 100, {{a_, {100, 1}, {0, 0}, {}}, {b_, {70, 7}, {0, 0}, {}}});
    recording_.bucket(900, 100, {{a_, {100, 1}, {0, 0}, {}}});
    recording_.data.survivors = {{{milliseconds(0), {{a_, {100, 1}}}},
                                  {milliseconds(100), {{a_, {100, 1}}, {b_, {70, 7}}}},
                                  {milliseconds(900), {{a_, {100, 1}}}}}};
  }

  Leaks find(const char* from, const std::vector<std::string>& patterns = {},
             const char* to = nullptr) {
    LeakRange range;
    if (from != nullptr) range.from = parse_moment(from, "--from");
    if (to != nullptr) range.to = parse_moment(to, "--to");
    return find_leaks(recording_.data, recording_.timeline(), recording_.crossed(), range,
                      patterns);
  }
  void expect(const char* from, Amount a, Amount b, milliseconds edge) {
    SCOPED_TRACE(from);
    const Snapshot snapshot = find(from).snapshot;
    EXPECT_EQ(snapshot.amounts[index_of(a_)], a);
    EXPECT_EQ(snapshot.amounts[index_of(b_)], b);
    EXPECT_EQ(snapshot.from_time, edge);
    EXPECT_TRUE(snapshot.exact);
  }
  void expect_error(const char* from, const char* says, const char* to = nullptr) {
    try {
      find(from, {}, to);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
    }
  }

  RecordingBuilder recording_;
  TallyId a_{}, b_{};
};

TEST_F(FindLeaks, AllIsWhatIsLiveAtTheEnd) {
  expect("start", {300, 3}, {70, 7}, milliseconds(0));
  EXPECT_FALSE(find(nullptr).snapshot.from);
  EXPECT_EQ(find(nullptr).snapshot.amounts[0], (Amount{300, 3}));
}

TEST_F(FindLeaks, FromAnEdgeOrTheLastOneBefore) {
  expect("0", {300, 3}, {70, 7}, milliseconds(0));
  expect("50ms", {300, 3}, {70, 7}, milliseconds(0));
  expect("100ms", {200, 2}, {70, 7}, milliseconds(100));
  expect("199ms", {200, 2}, {70, 7}, milliseconds(100));
  expect("200ms", {100, 1}, {0, 0}, milliseconds(200));
  expect("500ms", {100, 1}, {0, 0}, milliseconds(500));
  expect("9s", {0, 0}, {0, 0}, milliseconds(9000));
  expect("end", {0, 0}, {0, 0}, milliseconds(10000));
}

TEST_F(FindLeaks, SuppressedOnesAreCountedApart) {
  const Leaks leaks = find("100ms", {"nowhere", "a.cpp", "^f$"});
  EXPECT_EQ(leaks.snapshot.amounts[index_of(a_)], (Amount{0, 0}));
  EXPECT_EQ(leaks.snapshot.amounts[index_of(b_)], (Amount{70, 7}));
  ASSERT_EQ(leaks.suppressed.size(), 3u);
  EXPECT_EQ(leaks.suppressed[0].amount, (Amount{0, 0}));
  EXPECT_EQ(leaks.suppressed[1].amount, (Amount{0, 0}));
  EXPECT_EQ(leaks.suppressed[2].amount, (Amount{200, 2}));  // the function comes first
}

TEST_F(FindLeaks, WithoutBirthsOnlyFromTheStart) {
  recording_.data.survivors.reset();
  EXPECT_EQ(find("start").snapshot.amounts[0], (Amount{300, 3}));
  expect_error("1s", "--from 1s: an earlier version of heaptally made the recording");
  recording_.data.header.complete = false;
  expect_error("1s", "--from 1s: the recording was not finished");
}

// As above, with marks at 100 and 200 ms. Of the 500 B that the first stretch allocated it has
// freed 350, and the second another 40 of a, which crossed a mark; 10 of what it allocated itself;
// and a process that ended there held 20.
class LeaksToMarks : public FindLeaks {
 protected:
  LeaksToMarks() {
    recording_.data.marks = {{"a", milliseconds(100), {}},
                             {"b", milliseconds(200), {}},
                             {"also b", milliseconds(200), {}}};
    recording_.buckets = {{.start = milliseconds(0),
                           .width = milliseconds(100),
                           .max_live_bytes = 0,
                           .deltas = {{a_, {500, 50}, {350, 35}, {}}}},
                          {.start = milliseconds(100),
                           .width = milliseconds(100),
                           .max_live_bytes = 0,
                           .deltas = {{a_, {100, 10}, {70, 7}, {}}, {b_, {70, 7}, {0, 0}, {}}}}};
    recording_.crossings = {{milliseconds(100), milliseconds(0), {{a_, {40, 4}}}},
                            {milliseconds(100), std::nullopt, {{a_, {20, 2}}}}};
  }
  void expect_leaks(const char* from, const char* to, Amount a, Amount b) {
    SCOPED_TRACE(to);
    const Snapshot snapshot = find(from, {}, to).snapshot;
    EXPECT_EQ(snapshot.amounts[index_of(a_)], a);
    EXPECT_EQ(snapshot.amounts[index_of(b_)], b);
    EXPECT_TRUE(snapshot.exact);
  }
};

TEST_F(LeaksToMarks, CountWhatWasNotFreedByThen) {
  expect_leaks(nullptr, "mark:a", {150, 15}, {0, 0});
  expect_leaks("start", "mark:b", {200, 20}, {70, 7});
  // 150 + 100 - 70 + 20
  expect_leaks("0", "mark:also b", {200, 20}, {70, 7});
  expect_leaks("mark:a", "mark:b", {90, 9}, {70, 7});
  expect_leaks("0.1", "200ms", {90, 9}, {70, 7});  // that is when they were set
  expect_leaks("mark:b", "mark:also b", {0, 0}, {0, 0});
}

TEST_F(LeaksToMarks, ToTheEndAreWhatWasNeverFreed) {
  for (const char* end : {"end", "100%", "10s"}) {
    expect_leaks(nullptr, end, {300, 3}, {70, 7});
    expect_leaks("mark:a", end, {200, 2}, {70, 7});
  }
}

TEST_F(LeaksToMarks, OtherRangesAreNotKnown) {
  expect_error("start", "--to 150ms: what was allocated", "150ms");
  expect_error("mark:a", "record --log", "50%");
  expect_error("50ms", "--from 50ms: what was allocated", "mark:b");
  expect_error("peak", "--from peak: what was allocated", "mark:b");
  expect_error("mark:b", "--from mark:b: is after --to mark:a", "mark:a");
  expect_error("mark:a", "--to mark:c: no such mark; there are a, b, also b", "mark:c");
}

TEST_F(LeaksToMarks, AreNotKnownWhereTooMuchCrossed) {
  recording_.data.header.crossings_end = milliseconds(100);
  expect_leaks("start", "mark:a", {150, 15}, {0, 0});
  expect_error("mark:a", "--to mark:b: more blocks crossed the marks from 0.1 s on", "mark:b");
  recording_.data.knows_crossings = false;
  expect_error("start", "--to mark:a: an earlier version of heaptally", "mark:a");
}

TEST_F(FindLeaks, AMomentThatIsNone) {
  expect_error("11s", "the run took 10 s");
  expect_error("mark:x", "no such mark");
}

}  // namespace
}  // namespace heaptally
