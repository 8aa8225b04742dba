#include "core/recording/varint.h"

namespace heaptally {

bool read_long_varint(const std::uint8_t*& at, const std::uint8_t* end, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; at != end && shift < 64; shift += 7) {
    const std::uint64_t bits = *at & 0x7F;
    if (shift == 63 && bits > 1) return false;
    value |= bits << shift;
    if ((*at++ & 0x80) == 0) return true;
  }
  return false;
}

}  // namespace heaptally
