// Fixed: a generator for each pass. That costs a second frame, and the numbers are computed twice.
#include "samples/exhaustion/passes.h"

int main(int argc, char** argv) {
  const std::uint64_t count = samples::number_count(argc, argv);
  samples::Numbers first = samples::numbers(count);
  samples::Numbers second = samples::numbers(count);
  samples::Found found;
  found.sum = samples::sum_of(first);
  found.largest = samples::largest_of(second);
  return samples::report(count, found, {});
}
