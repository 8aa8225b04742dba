#include "core/profile/comparison.h"

#include <gtest/gtest.h>

#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

TEST(CompareFacts, TakesEachFromItsRun) {
  RecordingBuilder a, b;
  a.data.header.peak = {100, 2};
  b.data.header.peak = {50, 4};
  a.data.header.cpu = std::chrono::milliseconds(3);
  b.data.samples = {{.time = Nanoseconds(1), .cpu = Nanoseconds(7)}};
  a.data.header.peak_rss = 4096;
  const std::vector<ComparedFact> facts = compare_facts(a.data, b.data);
  const auto fact = [&](std::string_view key) {
    for (const ComparedFact& one : facts) {
      if (one.key == key) return one;
    }
    ADD_FAILURE() << key;
    return ComparedFact{};
  };
  EXPECT_EQ(fact("peak_bytes").a, 100u);
  EXPECT_EQ(fact("peak_bytes").b, 50u);
  EXPECT_EQ(fact("peak_count").b, 4u);
  EXPECT_EQ(fact("wall_ns").a, 10'000'000'000u);
  EXPECT_EQ(fact("cpu_ns").a, 3'000'000u);
  EXPECT_EQ(fact("cpu_ns").b, 7u);  // as it was sampled, for want of better
  EXPECT_TRUE(fact("cpu_ns").known);
  EXPECT_FALSE(fact("peak_rss").known);
}

}  // namespace
}  // namespace heaptally
