// A number for a text, to see that two programs found the same.
#pragma once

#include <cstdint>
#include <string_view>

namespace samples {

// FNV-1a, for texts that come in parts.
class Checksum {
 public:
  void add(std::string_view part) {
    for (const char letter : part) value_ = (value_ ^ static_cast<unsigned char>(letter)) * kPrime;
  }
  std::uint64_t value() const { return value_; }

 private:
  static constexpr std::uint64_t kPrime = 0x100000001b3;
  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace samples
