#include "core/profile/threshold.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "core/base/error.h"

namespace heaptally {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 6> kThresholdUnits = {
    {{"", 1.0}, {"B", 1.0}, {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}}};
// Beyond the range of 64 bits nothing reaches a threshold.
constexpr double kMost = 0x1p63;

std::optional<double> factor_of(std::string_view unit) {
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  const auto found = std::find_if(kThresholdUnits.begin(), kThresholdUnits.end(),
                                  [&](const auto& known) { return known.first == unit; });
  if (found == kThresholdUnits.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::uint64_t Threshold::of(std::uint64_t whole) const {
  const double least = std::ceil(static_cast<double>(whole) * share);
  return std::max(amount, static_cast<std::uint64_t>(std::min(least, kMost)));
}

Threshold parse_threshold(std::string_view text, bool of_counts, std::string_view option) {
  const auto refuse = [&](const std::string& problem, const std::string& remedy) {
    return Error(std::string(option) + " " + std::string(text), problem, remedy, ExitCode::kUsage);
  };
  double number = 0;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const bool is_share = unit == "%";
  const std::optional<double> factor = is_share ? 1.0 : factor_of(unit);
  if (problem != std::errc() || !(number >= 0) || !factor || (is_share && number > 100)) {
    throw refuse("is neither a share nor an amount",
                 "give a share of the whole such as 1%, or an amount such as 4096 or 100KiB");
  }
  if (of_counts && !is_share && !unit.empty()) {
    throw refuse("is a size, but blocks are counted", "give a number of blocks, or a share");
  }
  if (is_share) return {number / 100, 0, std::string(text)};
  return {0, static_cast<std::uint64_t>(std::min(std::ceil(number * *factor), kMost)),
          std::string(text)};
}

}  // namespace heaptally
