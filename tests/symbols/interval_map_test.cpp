#include "core/symbols/interval_map.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>

namespace heaptally {
namespace {

constexpr std::uint32_t kNone = IntervalMap::kNone;

TEST(IntervalMap, AnEmptyOneHoldsNothing) {
  IntervalMap map;
  map.build();
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find(0).value, kNone);
  EXPECT_EQ(map.find(UINT64_MAX).value, kNone);
}

TEST(IntervalMap, RangesAreHalfOpen) {
  IntervalMap map;
  map.add({10, 20}, 1);
  map.add({20, 30}, 2);
  map.add({40, 40}, 3);
  map.add({50, 45}, 4);
  map.build();
  EXPECT_EQ(map.find(9).value, kNone);
  EXPECT_EQ(map.find(10).value, 1u);
  EXPECT_EQ(map.find(19).value, 1u);
  EXPECT_EQ(map.find(20).value, 2u);
  EXPECT_EQ(map.find(30).value, kNone);
  EXPECT_EQ(map.find(40).value, kNone);
  EXPECT_EQ(map.find(47).value, kNone);
  EXPECT_EQ(map.find(35).start, 30u);
}

TEST(IntervalMap, TheDeeperRangeWinsEvenWhereAShallowerOneStartsInIt) {
  IntervalMap map;
  map.add({0, 10}, 1, 0);
  map.add({10, 20}, 1, 0);
  map.add({5, 15}, 2, 1);
  map.build();
  EXPECT_EQ(map.find(4).value, 1u);
  EXPECT_EQ(map.find(12).value, 2u);
  EXPECT_EQ(map.find(15).value, 1u);
}

// The definition, one address at a time.
struct Range {
  AddressRange at;
  std::uint32_t value;
  std::uint32_t depth;
};

std::uint32_t winner(const std::vector<Range>& ranges, std::uint64_t address) {
  const Range* best = nullptr;
  for (const Range& range : ranges) {
    if (!range.at.contains(address)) continue;
    if (best == nullptr || std::tuple(range.depth, range.at.low, best->value) >
                               std::tuple(best->depth, best->at.low, range.value)) {
      best = &range;
    }
  }
  return best != nullptr ? best->value : kNone;
}

TEST(IntervalMap, AgreesWithItsDefinitionOnRandomRanges) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    IntervalMap map;
    std::vector<Range> ranges;
    for (std::uint32_t i = 0; i < random() % 20; ++i) {
      const std::uint64_t low = random() % 60;
      ranges.push_back({{low, low + random() % 20}, i, static_cast<std::uint32_t>(random() % 3)});
      map.add(ranges.back().at, ranges.back().value, ranges.back().depth);
    }
    map.build();
    for (std::uint64_t address = 0; address < 90; ++address) {
      ASSERT_EQ(map.find(address).value, winner(ranges, address)) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace heaptally
