// The input is a recording of heaptrack's.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/scratch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const heaptally::Scratch scratch;
  heaptally::run_as_import(scratch, {data, size});
  return 0;
}
