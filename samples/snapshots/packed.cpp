// A million numbers in one block, and a table to find every tenth in another; the program then
// looks at its own memory. Its pair, boxed.cpp, has each of them in a block of its own.
#include <cstdint>
#include <vector>

#include <heaptally/heaptally.h>

#include "samples/snapshots/top_lines.h"
#include "samples/support/sample.h"

namespace {

struct Numbers {
  std::vector<std::uint64_t> all;
  std::vector<std::uint32_t> tenths;  // where in `all`
};

Numbers make_numbers(std::uint64_t count) {
  Numbers numbers;
  numbers.all.reserve(count);  // allocates the list
  for (std::uint64_t i = 0; i < count; ++i) numbers.all.push_back(i);
  numbers.tenths.reserve(count / 10);  // allocates the table
  for (std::uint64_t i = 9; i < count; i += 10) {
    numbers.tenths.push_back(static_cast<std::uint32_t>(i));
  }
  return numbers;
}

std::uint64_t sum_of_tenths(const Numbers& numbers) {
  std::uint64_t sum = 0;
  for (const std::uint32_t index : numbers.tenths) sum += numbers.all[index];
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = samples::number_count(argc, argv);

  heaptally_start();
  const bool is_recorded = samples::take_snapshot("packed-before.heaptally");
  const Numbers numbers = make_numbers(count);
  if (is_recorded && samples::take_snapshot("packed-after.heaptally")) {
    heaptally_stop();  // what reading them takes is not to be recorded
    samples::print_top_lines("packed-after.heaptally", 3);
    samples::print_top_changes("packed-after.heaptally", "packed-before.heaptally", 3);
  }

  samples::say("count", count);
  samples::say("sum_of_tenths", sum_of_tenths(numbers));
  samples::say("list_bytes", numbers.all.capacity() * sizeof(numbers.all[0]));
  samples::say("table_bytes", numbers.tenths.capacity() * sizeof(numbers.tenths[0]));
  return samples::finished();
}
