// Unsigned LEB128, the integers of all blobs in a recording.
#pragma once

#include <cstdint>
#include <vector>

namespace heaptally {

inline void append_varint(std::vector<std::uint8_t>& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

// As read_varint, of any length.
bool read_long_varint(const std::uint8_t*& at, const std::uint8_t* end, std::uint64_t& value);

// Reads one varint at `at` and moves it on. False if it runs past `end` or past
// 64 bits; `at` and `value` are then unspecified.
inline bool read_varint(const std::uint8_t*& at, const std::uint8_t* end, std::uint64_t& value) {
  if (at == end || *at >= 0x80) return read_long_varint(at, end, value);
  value = *at++;
  return true;
}

}  // namespace heaptally
