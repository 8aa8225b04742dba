// The work: how many different numbers are in a table? By the range of their values it falls into
// parts, and the answers for the parts add up.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <vector>

#include "samples/support/sample.h"

namespace samples {

using Numbers = std::vector<std::uint64_t>;

inline std::uint64_t table_size(int argc, char** argv) {
  // With fewer, a part might be empty, and allocate nothing.
  return number_argument(argc, argv,
                         {.name = "COUNT", .usual = 1'000'000, .most = 10'000'000, .least = 1000});
}

// As many numbers below `count`, the same in each run.
inline Numbers make_table(std::uint64_t count) {
  Numbers table(count);  // holds
  std::mt19937_64 random(1);
  std::generate(table.begin(), table.end(), [&] { return random() % count; });
  return table;
}

struct Range {
  std::uint64_t from, to;  // `to` is the first beyond it

  bool has(std::uint64_t number) const { return from <= number && number < to; }
};

// Part 1 to `parts`. Together they have all numbers below `count`.
inline Range range_of(unsigned part, unsigned parts, std::uint64_t count) {
  return {count * (part - 1) / parts, count * part / parts};
}

// The table's numbers in a range, copied, because they are to be sorted.
inline Numbers sorted_part(const Numbers& table, Range range) {
  const auto in_range = [range](std::uint64_t number) { return range.has(number); };
  const auto count = std::count_if(table.begin(), table.end(), in_range);
  Numbers part;
  part.reserve(static_cast<std::size_t>(count));  // allocates
  std::copy_if(table.begin(), table.end(), std::back_inserter(part), in_range);
  std::sort(part.begin(), part.end());
  return part;
}

struct Answer {
  std::uint64_t different = 0;
  std::uint64_t sum = 0;  // of the different ones
};

inline Answer different_numbers(const Numbers& sorted) {
  Answer answer;
  for (auto at = sorted.begin(); at != sorted.end(); at = std::upper_bound(at, sorted.end(), *at)) {
    ++answer.different;
    answer.sum += *at;
  }
  return answer;
}

inline std::uint64_t bytes_of(const Numbers& numbers) {
  return numbers.capacity() * sizeof(std::uint64_t);
}

}  // namespace samples
