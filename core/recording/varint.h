// Unsigned LEB128, the integers of all blobs in a recording.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace heaptally {

inline void append_varint(std::vector<std::uint8_t>& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

// Reads one varint at `at` and moves it on. False if it runs past `end` or past
// 64 bits; `at` and `value` are then unspecified.
bool read_varint(const std::uint8_t*& at, const std::uint8_t* end, std::uint64_t& value);

// How many bytes beyond its end a buffer must have for this:
inline constexpr std::size_t kVarintPadding = 8;

// The same without a branch on the length, of which columns have all sorts: eight bytes are read at
// once, and the seven bits of each pushed together. Reads, but does not use, what is beyond `end`.
inline bool read_padded_varint(const std::uint8_t*& at, const std::uint8_t* end,
                               std::uint64_t& value) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  const std::uint64_t ends = ~word & 0x8080808080808080;  // a bit for each byte that is the last
  if (ends == 0) return read_varint(at, end, value);
  at += std::countr_zero(ends) / 8 + 1;
  word &= ends ^ (ends - 1);
  word = (word & 0x007F007F007F007F) | (word & 0x7F007F007F007F00) >> 1;
  word = (word & 0x00003FFF00003FFF) | (word & 0x3FFF00003FFF0000) >> 2;
  value = (word & 0x000000000FFFFFFF) | (word & 0x0FFFFFFF00000000) >> 4;
  return at <= end;
}

// Moves on over so many varints. False if there are not as many before `end`.
bool skip_varints(const std::uint8_t*& at, const std::uint8_t* end, std::size_t count);

}  // namespace heaptally
