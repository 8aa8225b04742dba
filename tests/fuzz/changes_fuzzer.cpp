// The input is changes of the values in a recording that is good but for them.
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/scratch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const heaptally::Scratch scratch;
  static const std::vector<std::uint8_t> base = [] {
    std::ifstream file(HEAPTALLY_FUZZ_BASE, std::ios::binary);
    return std::vector<std::uint8_t>{std::istreambuf_iterator<char>(file), {}};
  }();
  if (base.empty()) __builtin_trap();  // nothing would be tested
  heaptally::run_as_changes(scratch, base, {data, size});
  return 0;
}
