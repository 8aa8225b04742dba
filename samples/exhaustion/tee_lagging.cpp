// Fixed, at a price: the second consumer starts when the first is done. The buffer between them
// holds all numbers.
#include "samples/exhaustion/passes.h"
#include "samples/exhaustion/tee.h"

namespace {

using samples::Found;
using NumbersTee = samples::Tee<std::uint64_t, 2>;

Found both(std::uint64_t count) {
  NumbersTee tee(samples::numbers(count));
  samples::Numbers first = tee.consumer(0);
  samples::Numbers second = tee.consumer(1);
  Found found;
  found.sum = samples::sum_of(first);
  found.largest = samples::largest_of(second);
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = samples::number_count(argc, argv);
  const Found found = both(count);
  return samples::report(count, found, NumbersTee::buffer);
}
