// The input is a file.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/scratch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const heaptally::Scratch scratch;
  heaptally::run_as_file(scratch, {data, size});
  return 0;
}
