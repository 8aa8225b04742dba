#include "core/recording/varint.h"

namespace heaptally {

bool read_varint(const std::uint8_t*& at, const std::uint8_t* end, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; at != end && shift < 64; shift += 7) {
    const std::uint64_t bits = *at & 0x7F;
    if (shift == 63 && bits > 1) return false;
    value |= bits << shift;
    if ((*at++ & 0x80) == 0) return true;
  }
  return false;
}

bool skip_varints(const std::uint8_t*& at, const std::uint8_t* end, std::size_t count) {
  // As many words as cannot hold the last of them.
  for (; count > 8 && end - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    // The bits are added up in the highest byte.
    count -= ((~word >> 7 & 0x0101010101010101) * 0x0101010101010101) >> 56;
  }
  for (; count > 0 && at != end; ++at) count -= *at < 0x80 ? 1 : 0;
  return count == 0;
}

}  // namespace heaptally
