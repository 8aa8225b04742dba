#include "core/recording/sample_thinner.h"

#include <gtest/gtest.h>

namespace heaptally {

namespace {

Sample sample(int i, std::uint64_t rss) {
  return {Nanoseconds(i * 100), rss, 1'000 + rss, Nanoseconds(i)};
}

TEST(SampleThinner, KeepsAllWhileTheyAreFew) {
  SampleThinner thinner(8);
  for (int i = 0; i < 8; ++i) thinner.add(sample(i, 5));
  EXPECT_EQ(thinner.rows().size(), 8u);
  EXPECT_FALSE(thinner.thinned());
  EXPECT_EQ(thinner.unchanged(), 0u);
  thinner.mark_stored();
  EXPECT_EQ(thinner.unchanged(), 8u);
}

TEST(SampleThinner, StaysBoundedAndKeepsTheGreatest) {
  SampleThinner thinner(8);
  for (int i = 0; i < 1'000; ++i) {
    thinner.add(sample(i, i == 333 ? 77'777 : 10));
    ASSERT_LE(thinner.rows().size(), 8u);
  }
  EXPECT_TRUE(thinner.thinned());
  const std::vector<Sample>& rows = thinner.rows();
  EXPECT_GE(rows.size(), 4u);
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    most = std::max(most, rows[i].rss);
    if (i > 0) {
      EXPECT_LT(rows[i - 1].time, rows[i].time);
    }
  }
  EXPECT_EQ(most, 77'777u);
  EXPECT_EQ(rows.back().time, Nanoseconds(99'900));
  EXPECT_EQ(rows.back().cpu, Nanoseconds(999));
}

TEST(SampleThinner, TellsWhichRowsToStoreAgain) {
  SampleThinner thinner(4);
  for (int i = 0; i < 5; ++i) thinner.add(sample(i, 1));  // thinned to pairs, and one more
  EXPECT_EQ(thinner.rows().size(), 3u);
  thinner.mark_stored();
  thinner.add(sample(5, 9));  // joins the last row
  EXPECT_EQ(thinner.rows().size(), 3u);
  EXPECT_FALSE(thinner.thinned());
  EXPECT_EQ(thinner.unchanged(), 2u);
  EXPECT_EQ(thinner.rows()[2].rss, 9u);
}

}  // namespace

}  // namespace heaptally
