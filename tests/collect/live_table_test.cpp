#include "core/collect/live_table.h"

#include <random>
#include <unordered_map>

#include <gtest/gtest.h>

namespace heaptally {
namespace {

TEST(LiveTable, FindsWhatWasInsertedOnce) {
  LiveTable table;
  LiveBlock former;
  EXPECT_FALSE(table.insert({0x1000, 7, Nanoseconds(3), TallyId{5}}, former));
  EXPECT_TRUE(table.insert({0x1000, 8, Nanoseconds(4), TallyId{6}}, former));
  EXPECT_EQ(former.size, 7u);
  EXPECT_EQ(former.birth, Nanoseconds(3));
  EXPECT_EQ(former.tally, TallyId{5});
  EXPECT_EQ(table.size(), 1u);
  LiveBlock block;
  EXPECT_TRUE(table.find(0x1000, block));
  EXPECT_EQ(block.tally, TallyId{6});
  EXPECT_FALSE(table.find(0x1001, block));
  EXPECT_TRUE(table.remove(0x1000, block));
  EXPECT_EQ(block.address, 0x1000u);
  EXPECT_EQ(block.size, 8u);
  EXPECT_EQ(block.birth, Nanoseconds(4));
  EXPECT_EQ(block.tally, TallyId{6});
  EXPECT_FALSE(table.remove(0x1000, block));
  EXPECT_EQ(table.size(), 0u);
}

// Against a map, through growth, with the address patterns of real heaps.
TEST(LiveTable, AgreesWithAMapOverAMillionSteps) {
  LiveTable table;
  std::unordered_map<std::uint64_t, std::uint64_t> oracle;
  std::mt19937_64 random(1);
  for (int step = 0; step < 1'000'000; ++step) {
    // The share of removals changes, so that the table fills up and empties.
    const std::uint64_t address = 0x7f0000000000 + random() % 200'000 * 16;
    const bool removes = random() % 100 < (step / 250'000 % 2 == 0 ? 30u : 70u);
    if (removes) {
      LiveBlock block;
      const auto known = oracle.find(address);
      ASSERT_EQ(table.remove(address, block), known != oracle.end());
      if (known == oracle.end()) continue;
      ASSERT_EQ(block.address, address);
      ASSERT_EQ(block.size, known->second);
      oracle.erase(known);
    } else {
      const auto size = static_cast<std::uint64_t>(step);
      LiveBlock former;
      const auto known = oracle.find(address);
      ASSERT_EQ(table.insert({address, size, {}, {}}, former), known != oracle.end());
      if (known != oracle.end()) {
        ASSERT_EQ(former.size, known->second);
      }
      oracle[address] = size;
    }
  }
  EXPECT_EQ(table.size(), oracle.size());
  for (const auto& [address, size] : oracle) {
    LiveBlock block;
    ASSERT_TRUE(table.remove(address, block));
    ASSERT_EQ(block.size, size);
  }
  EXPECT_EQ(table.size(), 0u);
}

TEST(LiveTable, KeepsTheLargestValues) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 47;
  LiveTable table;
  LiveBlock block;
  for (const std::uint32_t tally : {0u, 0xffffu, 0x10000u, 0xffff'ffffu}) {
    table.insert({kMost - 1, kMost, Nanoseconds(kMostTime), TallyId{tally}}, block);
    ASSERT_TRUE(table.remove(kMost - 1, block));
    EXPECT_EQ(block.address, kMost - 1);
    EXPECT_EQ(block.size, kMost);
    EXPECT_EQ(block.birth, Nanoseconds(kMostTime));
    EXPECT_EQ(block.tally, TallyId{tally});
  }
}

TEST(LiveTable, VisitsAll) {
  LiveTable table;
  LiveBlock former;
  std::uint64_t sum = 0;
  for (std::uint64_t i = 1; i <= 10'000; ++i) table.insert({i * 32, 0, {}, {}}, former);
  table.for_each([&](const LiveBlock& block) { sum += block.address; });
  EXPECT_EQ(sum, 32u * 10'000 * 10'001 / 2);
}

}  // namespace
}  // namespace heaptally
