// Fixed: both consumers share one pass, side by side. The buffer between them holds one number.
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
  auto at_second = second.begin();
  for (const std::uint64_t number : first) {
    found.sum += number;
    found.largest = std::max(found.largest, *at_second);
    ++at_second;
  }
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = samples::number_count(argc, argv);
  const Found found = both(count);
  return samples::report(count, found, NumbersTee::buffer);
}
