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

  Leaks find(const char* from, const std::vector<std::string>& patterns = {}) {
    std::optional<Moment> moment;
    if (from != nullptr) moment = parse_moment(from, "--from");
    return find_leaks(recording_.data, recording_.timeline(), moment, patterns);
  }
  void expect(const char* from, Amount a, Amount b, milliseconds edge) {
    SCOPED_TRACE(from);
    const Snapshot snapshot = find(from).snapshot;
    EXPECT_EQ(snapshot.amounts[index_of(a_)], a);
    EXPECT_EQ(snapshot.amounts[index_of(b_)], b);
    EXPECT_EQ(snapshot.from_time, edge);
    EXPECT_TRUE(snapshot.exact);
  }
  void expect_error(const char* from, const char* says) {
    try {
      find(from);
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

TEST_F(FindLeaks, AMomentThatIsNone) {
  expect_error("11s", "the run took 10 s");
  expect_error("mark:x", "no such mark");
}

}  // namespace
}  // namespace heaptally
