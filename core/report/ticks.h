// Ticks: what the axes of plots are labelled with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/types.h"

namespace heaptally {

// Round numbers: every `step`, written in `unit` of so many.
struct Ticks {
  std::uint64_t step = 1;
  std::uint64_t unit = 1;
  std::string_view name;

  std::string text(std::uint64_t value) const;
};

// As many as there may be up to a size; or within a stretch of time.
Ticks size_ticks(std::uint64_t top, std::size_t most);
Ticks time_ticks(Nanoseconds whole, std::size_t most);

}  // namespace heaptally
