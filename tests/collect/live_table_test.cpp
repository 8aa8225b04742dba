#include "core/collect/live_table.h"

#include <random>
#include <unordered_map>

#include <gtest/gtest.h>

namespace heaptally {
namespace {

TEST(LiveTable, FindsWhatWasInsertedOnce) {
  LiveTable table;
  bool existed = true;
  table.insert(0x1000, existed).size = 7;
  EXPECT_FALSE(existed);
  EXPECT_EQ(table.insert(0x1000, existed).size, 7u);
  EXPECT_TRUE(existed);
  LiveBlock block;
  EXPECT_TRUE(table.remove(0x1000, block));
  EXPECT_EQ(block.size, 7u);
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
      bool existed = false;
      LiveBlock& block = table.insert(address, existed);
      ASSERT_EQ(existed, oracle.contains(address));
      block.size = static_cast<std::uint64_t>(step);
      oracle[address] = block.size;
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

TEST(LiveTable, VisitsAll) {
  LiveTable table;
  bool existed = false;
  std::uint64_t sum = 0;
  for (std::uint64_t i = 1; i <= 10'000; ++i) table.insert(i * 32, existed);
  table.for_each([&](const LiveBlock& block) { sum += block.address; });
  EXPECT_EQ(sum, 32u * 10'000 * 10'001 / 2);
}

}  // namespace
}  // namespace heaptally
