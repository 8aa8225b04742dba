#include "core/collect/mapping_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <utility>

namespace heaptally {
namespace {

constexpr std::uint64_t kPage = 4096;

class MappingTableTest : public testing::Test {
 protected:
  // In pages.
  MappingTable::Number map(std::uint64_t start, std::uint64_t pages, std::uint32_t tally = 0) {
    return table_.map(start * kPage, pages * kPage, TallyId{tally}, kMappedDomain, Nanoseconds(5));
  }
  // What went of which mapping, in pages, and what is left of it.
  using Cut = std::array<std::uint64_t, 3>;
  std::vector<Cut> unmap(std::uint64_t start, std::uint64_t pages) {
    std::vector<Cut> cuts;
    for (const MappingTable::Cut& cut : table_.unmap(start * kPage, pages * kPage)) {
      cuts.push_back({cut.of.number, cut.bytes / kPage, cut.of.bytes / kPage});
    }
    return cuts;
  }
  using Cuts = std::vector<Cut>;

  MappingTable table_;
};

TEST_F(MappingTableTest, AMappingGoesWhole) {
  map(10, 4, 7);
  const std::vector<MappingTable::Cut> cuts = table_.unmap(10 * kPage, 4 * kPage);
  ASSERT_EQ(cuts.size(), 1u);
  EXPECT_EQ(cuts[0].bytes, 4 * kPage);
  EXPECT_EQ(cuts[0].of.bytes, 0u);
  EXPECT_EQ(cuts[0].of.size, 4 * kPage);
  EXPECT_EQ(cuts[0].of.tally, TallyId{7});
  EXPECT_EQ(cuts[0].of.domain, kMappedDomain);
  EXPECT_EQ(cuts[0].of.birth, Nanoseconds(5));
  EXPECT_TRUE(table_.mappings().empty());
  EXPECT_EQ(table_.pieces(), 0u);
}

TEST_F(MappingTableTest, IsCutAtTheFrontTheBackAndInTheMiddle) {
  map(10, 10);
  EXPECT_EQ(unmap(10, 2), (Cuts{{1, 2, 8}}));
  EXPECT_EQ(unmap(18, 2), (Cuts{{1, 2, 6}}));
  EXPECT_EQ(unmap(14, 1), (Cuts{{1, 1, 5}}));
  EXPECT_EQ(table_.pieces(), 2u);
  EXPECT_EQ(unmap(14, 1), Cuts{});
  EXPECT_EQ(unmap(0, 100), (Cuts{{1, 5, 0}}));
}

TEST_F(MappingTableTest, SeveralAreCutAtOnce) {
  map(10, 4);
  map(14, 4);
  map(30, 4);
  EXPECT_EQ(unmap(12, 20), (Cuts{{1, 2, 2}, {2, 4, 0}, {3, 2, 2}}));
  EXPECT_EQ(unmap(0, 10), Cuts{});
  EXPECT_EQ(unmap(10, 1), (Cuts{{1, 1, 1}}));
}

TEST_F(MappingTableTest, OneMappedIntoAnotherPartsIt) {
  map(10, 10);
  EXPECT_EQ(unmap(13, 4), (Cuts{{1, 4, 6}}));
  map(13, 4);
  // The first mapping's pieces lie on both sides.
  EXPECT_EQ(unmap(12, 6), (Cuts{{1, 1, 5}, {2, 4, 0}, {1, 1, 4}}));
}

TEST_F(MappingTableTest, NeighboursDoNotTouchEachOther) {
  map(10, 1);
  map(11, 1);
  EXPECT_EQ(unmap(11, 1), (Cuts{{2, 1, 0}}));
  EXPECT_EQ(unmap(9, 1), Cuts{});
  EXPECT_EQ(unmap(10, 1), (Cuts{{1, 1, 0}}));
}

// Against a table that has an entry for each page.
TEST_F(MappingTableTest, IsRightInRandomCases) {
  constexpr std::uint64_t kPages = 64;
  std::mt19937_64 random(1);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  std::map<std::uint64_t, MappingTable::Number> pages;
  for (int round = 0; round < 20'000; ++round) {
    const std::uint64_t start = below(kPages), count = 1 + below(below(8) == 0 ? kPages : 6);
    std::map<MappingTable::Number, std::uint64_t> expected;
    for (std::uint64_t page = start; page < start + count; ++page) {
      const auto known = pages.find(page);
      if (known == pages.end()) continue;
      ++expected[known->second];
      pages.erase(known);
    }
    std::map<MappingTable::Number, std::uint64_t> left;
    for (const auto& [page, number] : pages) ++left[number];
    std::map<MappingTable::Number, std::uint64_t> cut, after;
    for (const auto& [number, went, rest] : unmap(start, count)) {
      cut[number] += went;
      after[number] = rest;
    }
    ASSERT_EQ(cut, expected) << "round " << round;
    for (const auto& [number, rest] : after) ASSERT_EQ(rest, left[number]) << "round " << round;
    if (below(3) != 0) {
      const MappingTable::Number number = map(start, count);
      for (std::uint64_t page = start; page < start + count; ++page) pages[page] = number;
    }
    left.clear();
    for (const auto& [page, number] : pages) ++left[number];
    ASSERT_EQ(table_.mappings().size(), left.size());
    for (const MappingTable::Mapping& mapping : table_.mappings()) {
      ASSERT_EQ(mapping.bytes, left[mapping.number] * kPage);
    }
  }
}

}  // namespace
}  // namespace heaptally
