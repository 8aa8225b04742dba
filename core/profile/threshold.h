// Thresholds: from which amount on something is worth showing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heaptally {

// A share of a whole, or an amount.
struct Threshold {
  double share = 0;          // from 0 to 1; counts where it is more than `amount`
  std::uint64_t amount = 0;  // bytes, or blocks where these are counted
  std::string text = "0";    // as it was given

  // The least number that reaches it.
  std::uint64_t of(std::uint64_t whole) const;
};

// Reads a share such as 1% or 0.5%, a number, or a size such as 100KiB (B, KiB, MiB, GiB, TiB).
// `of_counts`: blocks are counted, so a size makes no sense. Errors: Error of usage that names
// `option`.
Threshold parse_threshold(std::string_view text, bool of_counts, std::string_view option);

}  // namespace heaptally
