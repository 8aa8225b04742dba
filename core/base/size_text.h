// Sizes as tracemalloc writes them.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/types.h"

namespace heaptally {

// `size` in B, KiB, MiB, GiB or TiB (units of 1024): one decimal below 100 of a
// unit other than B; none below 10240 or in TiB; otherwise the next unit. Halves
// are rounded to even.
// 10239 -> "10239 B", 10240 -> "10.0 KiB", 102400 -> "100 KiB".
std::string size_text(std::uint64_t size);

// The same with a sign always shown: +5000 -> "+5000 B", 0 -> "+0 B".
std::string signed_size_text(std::int64_t size);

// The mean size of the blocks of `amount`, whose count is not 0. The fraction
// takes part in the rounding: 5 bytes in 2 blocks -> "2 B", 7 in 2 -> "4 B".
std::string average_text(Amount amount);

}  // namespace heaptally
