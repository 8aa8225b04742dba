#include "core/profile/comparison.h"

#include <gtest/gtest.h>

#include "tests/profile/recording_builder.h"

namespace heaptally {
namespace {

ComparedFact fact_of(const RecordingBuilder& a, const RecordingBuilder& b, const Query& query,
                     std::string_view key) {
  const Profile profile_a(a.data, {}), profile_b(b.data, {});
  for (const ComparedFact& fact : compare_facts(profile_a, profile_b, query)) {
    if (fact.key == key) return fact;
  }
  ADD_FAILURE() << key;
  return {};
}

TEST(CompareFacts, TakesEachFromItsRun) {
  RecordingBuilder a, b;
  a.data.header.peak = {100, 2};
  b.data.header.peak = {50, 4};
  a.data.header.cpu = std::chrono::milliseconds(3);
  b.data.samples = {{.time = Nanoseconds(1), .cpu = Nanoseconds(7)}};
  a.data.header.peak_rss = 4096;
  const auto fact = [&](std::string_view key) { return fact_of(a, b, {}, key); };
  EXPECT_EQ(fact("peak_bytes").name, "peak");
  EXPECT_EQ(fact("peak_bytes").a, 100u);
  EXPECT_EQ(fact("peak_bytes").b, 50u);
  EXPECT_EQ(fact("peak_count").b, 4u);
  EXPECT_EQ(fact("wall_ns").a, 10'000'000'000u);
  EXPECT_EQ(fact("cpu_ns").a, 3'000'000u);
  EXPECT_EQ(fact("cpu_ns").b, 7u);  // as it was sampled, for want of better
  EXPECT_TRUE(fact("cpu_ns").known);
  EXPECT_FALSE(fact("peak_rss").known);
}

// Blocks of a.cpp and b.cpp, and what the header says that they come to.
class TwoFiles : public RecordingBuilder {
 public:
  TwoFiles() {
    allocate(trace({line("src/a.cpp", 1)}), {100, 1});
    const Amount most{80, 4}, left{20, 1};
    tally(trace({line("src/b.cpp", 1)}), {.total = {90, 5},
                                          .temporary = {40, 2},
                                          .live_at_end = left,
                                          .live_at_peak = most,
                                          .live_at_process_peak = most,
                                          .lifetimes = {}});
    data.header.peak = {180, 5};
  }
};

TEST(CompareFacts, OfFiltersAreOfWhatTheyKeep) {
  const TwoFiles a;
  const RecordingBuilder b;
  Query query;
  query.filters.push_back(parse_filter("*/b.cpp", true, false));
  const auto fact = [&](std::string_view key) { return fact_of(a, b, query, key); };
  EXPECT_EQ(fact("peak_bytes").name, "live at peak");
  EXPECT_EQ(fact("peak_bytes").a, 80u);
  EXPECT_EQ(fact("peak_count").a, 4u);
  EXPECT_EQ(fact("total_bytes").a, 90u);
  EXPECT_EQ(fact("total_count").a, 5u);
  EXPECT_EQ(fact("temporary_count").a, 2u);
  EXPECT_EQ(fact("live_at_end_bytes").a, 20u);
  EXPECT_EQ(fact("peak_bytes").b, 0u);
  EXPECT_EQ(fact("wall_ns").a, 10'000'000'000u);
}

// Its header was not written to the end.
TEST(CompareFacts, OfAnUnfinishedRecordingAreAddedUp) {
  TwoFiles a;
  a.data.header.complete = false;
  a.data.header.peak = {};
  EXPECT_EQ(fact_of(a, a, {}, "peak_bytes").a, 180u);
  EXPECT_EQ(fact_of(a, a, {}, "total_count").a, 6u);
  EXPECT_EQ(fact_of(a, a, {}, "live_at_end_bytes").b, 120u);
}

}  // namespace
}  // namespace heaptally
