#include "core/collect/mapping_table.h"

namespace heaptally {

MappingTable::Number MappingTable::map(std::uint64_t start, std::uint64_t size, TallyId tally,
                                       DomainId domain, Nanoseconds birth) {
  const Number number = ++last_;
  pieces_[start] = {start + size, number};
  mappings_[number] = {number, tally, domain, birth, size, size};
  return number;
}

// The piece that reaches across `at` becomes two.
void MappingTable::split(std::uint64_t at) {
  auto after = pieces_.lower_bound(at);
  if (after == pieces_.begin()) return;
  Piece& piece = std::prev(after)->second;
  if (piece.end <= at) return;
  pieces_.emplace_hint(after, at, piece);
  piece.end = at;
}

std::vector<MappingTable::Cut> MappingTable::unmap(std::uint64_t start, std::uint64_t size) {
  const std::uint64_t end = start + size;
  split(start);
  split(end);
  std::vector<Cut> cuts;
  auto piece = pieces_.lower_bound(start);
  while (piece != pieces_.end() && piece->first < end) {
    const std::uint64_t bytes = piece->second.end - piece->first;
    const auto mapping = mappings_.find(piece->second.number);
    mapping->second.bytes -= bytes;
    if (cuts.empty() || cuts.back().of.number != mapping->first) {
      cuts.push_back({mapping->second, bytes});
    } else {
      cuts.back().of = mapping->second;
      cuts.back().bytes += bytes;
    }
    if (mapping->second.bytes == 0) mappings_.erase(mapping);
    piece = pieces_.erase(piece);
  }
  return cuts;
}

std::vector<MappingTable::Mapping> MappingTable::mappings() const {
  std::vector<Mapping> all;
  all.reserve(mappings_.size());
  for (const auto& [number, mapping] : mappings_) all.push_back(mapping);
  return all;
}

}  // namespace heaptally
