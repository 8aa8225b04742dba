// What the versions share: numbers to go over twice, what each pass finds, and the report.
#pragma once

#include <algorithm>
#include <cstdint>

#include "samples/support/generator.h"
#include "samples/support/sample.h"

namespace samples {

using Numbers = Generator<std::uint64_t>;

inline Numbers numbers(std::uint64_t count) {
  for (std::uint64_t number = 1; number <= count; ++number) co_yield number;
}

inline std::uint64_t sum_of(Numbers& numbers) {
  std::uint64_t sum = 0;
  for (const std::uint64_t number : numbers) sum += number;
  return sum;
}

inline std::uint64_t largest_of(Numbers& numbers) {
  std::uint64_t largest = 0;
  for (const std::uint64_t number : numbers) largest = std::max(largest, number);
  return largest;
}

// What both passes found.
struct Found {
  std::uint64_t sum = 0;
  std::uint64_t largest = 0;
};

// `buffer`: what was allocated to keep numbers. Returns main's status.
inline int report(std::uint64_t count, const Found& found, const OwnTally& buffer) {
  say("count", count);
  say("sum", found.sum);
  say("largest", found.largest);
  say("frames", Numbers::frames.allocations);
  say("frame_bytes", Numbers::frames.bytes);
  say(buffer);
  return finished();
}

}  // namespace samples
