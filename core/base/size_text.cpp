#include "core/base/size_text.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace heaptally {
namespace {

constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};

std::string text(double size, bool with_sign) {
  for (std::size_t unit = 0;; ++unit) {
    const bool last = unit + 1 == kUnits.size();
    const double magnitude = std::fabs(size);
    if (magnitude < 100 && unit != 0) {
      return with_sign ? fmt::format("{:+.1f} {}", size, kUnits[unit])
                       : fmt::format("{:.1f} {}", size, kUnits[unit]);
    }
    if (magnitude < 10 * 1024 || last) {
      return with_sign ? fmt::format("{:+.0f} {}", size, kUnits[unit])
                       : fmt::format("{:.0f} {}", size, kUnits[unit]);
    }
    size /= 1024;
  }
}

}  // namespace

std::string size_text(std::uint64_t size) { return text(static_cast<double>(size), false); }

std::string signed_size_text(std::int64_t size) { return text(static_cast<double>(size), true); }

std::string average_text(Amount amount) {
  return text(static_cast<double>(amount.bytes) / static_cast<double>(amount.count), false);
}

}  // namespace heaptally
