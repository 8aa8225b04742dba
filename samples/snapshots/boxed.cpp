// A million numbers, each in a block of its own, as Python has them, and a table to find every
// tenth; the program then looks at its own memory. Its pair, packed.cpp, has the same in two
// blocks.
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include <heaptally/heaptally.h>

#include "samples/snapshots/top_lines.h"
#include "samples/support/sample.h"

namespace {

struct Numbers {
  std::vector<std::unique_ptr<std::uint64_t>> all;
  std::unordered_map<std::uint64_t, const std::uint64_t*> tenths;
};

Numbers make_numbers(std::uint64_t count) {
  Numbers numbers;
  numbers.all.reserve(count);  // allocates the list
  for (std::uint64_t i = 0; i < count; ++i) {
    numbers.all.push_back(std::make_unique<std::uint64_t>(i));  // allocates the numbers
  }
  numbers.tenths.reserve(count / 10);  // allocates the buckets
  for (std::uint64_t i = 9; i < count; i += 10) {
    numbers.tenths.emplace(i, numbers.all[i].get());  // allocates the nodes
  }
  return numbers;
}

std::uint64_t sum_of_tenths(const Numbers& numbers, std::uint64_t count) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 9; i < count; i += 10) sum += *numbers.tenths.at(i);
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = samples::number_count(argc, argv);

  heaptally_start();
  const bool is_recorded = samples::take_snapshot("boxed-before.heaptally");
  const Numbers numbers = make_numbers(count);
  if (is_recorded && samples::take_snapshot("boxed-after.heaptally")) {
    heaptally_stop();  // what reading them takes is not to be recorded
    samples::print_top_lines("boxed-after.heaptally", 3);
    samples::print_top_changes("boxed-after.heaptally", "boxed-before.heaptally", 3);
  }

  samples::say("count", count);
  samples::say("sum_of_tenths", sum_of_tenths(numbers, count));
  samples::say("list_bytes", numbers.all.capacity() * sizeof(numbers.all[0]));
  samples::say("numbers_bytes", numbers.all.size() * sizeof(std::uint64_t));
  // The standard library's table of buckets: a pointer for each.
  samples::say("buckets_bytes", numbers.tenths.bucket_count() * sizeof(void*));
  // Each entry has a node: the pair, and a pointer to the next node.
  samples::say("nodes_bytes", numbers.tenths.size() * (sizeof(*numbers.tenths.begin()) + 8));
  return samples::finished();
}
