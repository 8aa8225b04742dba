// Distribution: how sizes and lifetimes of blocks spread, ready to be drawn.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/profile/lifetimes.h"
#include "core/profile/run_amounts.h"
#include "core/profile/sizes.h"
#include "viewer/model/recording.h"
#include "viewer/model/selection.h"

namespace heaptally::view {

struct Distribution {
  Sizes sizes;               // of what the range allocated, and of what is live at its moment
  std::string live_at;       // what that moment is: "live at the peak, 1.5 s (exact)"
  Lifetimes lifetimes;       // of the whole run
  std::string no_lifetimes;  // why there are none; empty if there are
  Amount temporary, total;   // of the range
};

// Errors: as measure() and sizes().
Distribution distribution_of(const Recording& recording, const Selection& selection);

// "[64 B, 128 B)"
std::string size_class_text(SizeClass size_class);
// "[1.02 us, 2.05 us)"
std::string lifetime_class_text(const LifetimeRow& row);
// The lifetime that half of the freed blocks did not reach: the end of its class; none without any.
std::optional<std::uint64_t> median_lifetime(const Lifetimes& lifetimes);

}  // namespace heaptally::view
