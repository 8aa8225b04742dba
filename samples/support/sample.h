// What every sample has in common: how many numbers, and what it says at its end.
#pragma once

#include <cstddef>
#include <cstdint>

namespace samples {

// What a sample knows of its own allocations, from what the language says happens and
// without looking at the allocator. Covers the one thing the sample is about: not, for
// example, the buffer that stdio allocates when the first line is printed. The line that
// allocates ends with the comment "allocates", so that tests find it.
struct OwnTally {
  std::uint64_t allocations = 0;
  std::uint64_t bytes = 0;  // of all allocations
  std::uint64_t live = 0;   // bytes
  std::uint64_t peak = 0;   // greatest `live`

  void allocated(std::size_t size);
  void freed(std::size_t size) { live -= size; }
};

// The program's argument, or a million without one. Ends the program with status 2 and
// a line of usage on stderr if the arguments make no sense.
std::uint64_t number_count(int argc, char** argv);

// Prints one key=value a line: count, sum, and the tally. Returns main's status: 1 if
// it could not be written.
int report(std::uint64_t count, std::uint64_t sum, const OwnTally& tally);

}  // namespace samples
