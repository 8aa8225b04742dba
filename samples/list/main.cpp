// Sums numbers that are all kept first. Its pair, ../generator, keeps none of them.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "samples/support/sample.h"

namespace {

using samples::OwnTally;

std::vector<std::uint64_t> numbers(std::uint64_t count, OwnTally& tally) {
  std::vector<std::uint64_t> kept;
  for (std::uint64_t number = 1; number <= count; ++number) {
    const std::size_t before = kept.capacity();
    kept.push_back(number);  // allocates
    // A vector that outgrows its block allocates a new one and copies, then frees the old
    // one: for a moment it holds both.
    if (kept.capacity() != before) {
      tally.allocated(kept.capacity() * sizeof(number));
      tally.freed(before * sizeof(number));
    }
  }
  return kept;
}

std::uint64_t sum_of_list(std::uint64_t count, OwnTally& tally) {
  const std::vector<std::uint64_t> all = numbers(count, tally);
  std::uint64_t sum = 0;
  for (const std::uint64_t number : all) sum += number;
  tally.freed(all.capacity() * sizeof(sum));  // when this function returns
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = samples::number_count(argc, argv);
  OwnTally tally;
  const std::uint64_t sum = sum_of_list(count, tally);
  return samples::report(count, sum, tally);
}
