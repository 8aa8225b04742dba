// Faulty: goes over one generator twice. The second pass finds nothing, and nothing says so.
#include "samples/exhaustion/passes.h"

int main(int argc, char** argv) {
  const std::uint64_t count = samples::number_count(argc, argv);
  samples::Numbers all = samples::numbers(count);
  samples::Found found;
  found.sum = samples::sum_of(all);
  found.largest = samples::largest_of(all);  // 0: all is at its end
  return samples::report(count, found, {});
}
