#include "core/report/ticks.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace heaptally {

std::string Ticks::text(std::uint64_t value) const {
  return fmt::format("{:g} {}", static_cast<double>(value) / static_cast<double>(unit), name);
}

Ticks size_ticks(std::uint64_t top, std::size_t most) {
  constexpr std::array<std::string_view, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  constexpr std::array<std::uint64_t, 9> kSteps = {1, 2, 5, 10, 20, 50, 100, 200, 500};
  std::uint64_t unit = 1;
  for (const std::string_view name : kUnits) {
    for (const std::uint64_t step : kSteps) {
      if (top / (step * unit) <= most) return {.step = step * unit, .unit = unit, .name = name};
    }
    unit *= 1024;
  }
  return {.step = top, .unit = unit / 1024, .name = kUnits.back()};
}

Ticks time_ticks(Nanoseconds whole, std::size_t most) {
  struct Unit {
    std::uint64_t size;
    std::string_view name;
    std::uint64_t steps;  // up to so many of it
  };
  constexpr std::array<Unit, 6> kUnits = {{{1, "ns", 1000},
                                           {1000, "us", 1000},
                                           {1'000'000, "ms", 1000},
                                           {1'000'000'000, "s", 60},
                                           {60'000'000'000, "min", 60},
                                           {3'600'000'000'000, "h", 1'000'000}}};
  const auto length = static_cast<std::uint64_t>(std::max<std::int64_t>(whole.count(), 1));
  for (const Unit& unit : kUnits) {
    const bool by_sixties = unit.steps == 60;
    for (std::uint64_t ten = 1; ten < unit.steps; ten *= 10) {
      for (const std::uint64_t digit : {1, 2, 5, 3}) {
        // Of a minute or an hour 30 go into the next unit, but 50 do not.
        if (digit == 3 || (by_sixties && ten == 10 && digit == 5)) {
          if (!by_sixties || ten != 10 || digit != 3) continue;
        }
        const std::uint64_t step = ten * digit * unit.size;
        if (length / step <= most) return {.step = step, .unit = unit.size, .name = unit.name};
      }
    }
  }
  return {.step = length, .unit = kUnits.back().size, .name = kUnits.back().name};
}

}  // namespace heaptally
