// Repeats: what recursion does to a list of calls.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace heaptally {

// From a place in a list on: how often what stands just before it comes again, and how many items
// that is.
struct Repeat {
  std::size_t period = 0;
  std::size_t times = 0;
};

// The repeat at `place` of the shortest period, at most 16. None if what comes again is two
// items or less, which take hardly more room as they are; then `times` is 0.
Repeat repeat_before(std::span<const std::string> items, std::size_t place);

}  // namespace heaptally
