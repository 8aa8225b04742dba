// PeakPyramid against looking at each number.
#include "viewer/model/peak_pyramid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace heaptally::view {
namespace {

TEST(PeakPyramid, FindsTheFirstOfTheGreatestOfEachPart) {
  std::mt19937 random(7);
  for (const std::size_t size : {1U, 2U, 3U, 17U, 64U, 100U}) {
    std::vector<std::uint64_t> values(size);
    for (auto& value : values) value = random() % 10;
    const PeakPyramid pyramid(values);
    ASSERT_EQ(pyramid.size(), size);
    for (std::size_t from = 0; from < size; ++from) {
      for (std::size_t to = from + 1; to <= size; ++to) {
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(from);
        const auto last = values.begin() + static_cast<std::ptrdiff_t>(to);
        const auto expected = std::max_element(first, last) - values.begin();
        ASSERT_EQ(pyramid.highest(from, to), static_cast<std::size_t>(expected))
            << from << ".." << to << " of " << size;
      }
    }
  }
}

TEST(PeakPyramid, OfNothingIsNothing) {
  EXPECT_EQ(PeakPyramid().size(), 0U);
  EXPECT_EQ(PeakPyramid(std::vector<std::uint64_t>{}).most(0, 0), 0U);
}

}  // namespace
}  // namespace heaptally::view
