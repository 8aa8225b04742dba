// MappingTable: what a process has mapped, by ranges of addresses.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "core/base/types.h"

namespace heaptally {

// Purpose: mappings, and the pieces of them that are left. Whatever is mapped or unmapped cuts the
//   pieces that it overlaps; a mapping is gone with its last byte.
// Invariants: pieces do not overlap, none is empty, and those of a mapping add up to its bytes.
// Memory: an entry for each mapping and for each piece of one. Threads: one at a time.
class MappingTable {
 public:
  // Counts from 1.
  using Number = std::uint64_t;

  struct Mapping {
    Number number = 0;
    TallyId tally{};
    DomainId domain{};
    Nanoseconds birth{0};
    std::uint64_t size = 0;   // as it was mapped
    std::uint64_t bytes = 0;  // that are left
  };
  // What went of a mapping; with its last byte `of.bytes` is 0.
  struct Cut {
    Mapping of;
    std::uint64_t bytes = 0;
  };

  // [start, start + size) is mapped anew; unmap it first. Returns the new mapping's number.
  // `size` > 0, and nothing wraps.
  Number map(std::uint64_t start, std::uint64_t size, TallyId tally, DomainId domain,
             Nanoseconds birth);
  // Nothing is mapped in [start, start + size) any more. In order of addresses, those of one
  // mapping that follow each other together.
  std::vector<Cut> unmap(std::uint64_t start, std::uint64_t size);

  // All that are left, in no order.
  std::vector<Mapping> mappings() const;
  std::size_t pieces() const { return pieces_.size(); }

 private:
  struct Piece {
    std::uint64_t end;
    Number number;
  };
  using Pieces = std::map<std::uint64_t, Piece>;  // by start

  void split(std::uint64_t at);

  Pieces pieces_;
  std::unordered_map<Number, Mapping> mappings_;
  Number last_ = 0;
};

}  // namespace heaptally
