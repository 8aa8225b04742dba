// Sums numbers as a coroutine yields them. Its pair, ../list, keeps them all first.
#include <cstdint>

#include "samples/support/generator.h"
#include "samples/support/sample.h"

namespace {

using samples::Generator;

Generator<std::uint64_t> numbers(std::uint64_t count) {
  for (std::uint64_t number = 1; number <= count; ++number) co_yield number;
}

std::uint64_t sum_of_generator(std::uint64_t count) {
  std::uint64_t sum = 0;
  for (const std::uint64_t number : numbers(count)) sum += number;
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = samples::number_count(argc, argv);
  const std::uint64_t sum = sum_of_generator(count);
  return samples::report(count, sum, Generator<std::uint64_t>::frames);
}
