// A place in the source, or the nearest thing to it that is known.
#pragma once

#include <cstdint>
#include <string>

namespace heaptally {

// What a code address resolves to. One address gives one location, or several
// where calls were inlined into one another.
//
// With debug information: function, file, line (1-based; 0 if unknown), column.
// Without: function is the symbol's name and `symbol_offset` the distance from
// its start; file is empty and line 0. Stripped: function is empty too, and what
// remains is the frame's module and address.
struct Location {
  std::string function;
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint64_t symbol_offset = 0;

  friend bool operator==(const Location&, const Location&) = default;
};

}  // namespace heaptally
