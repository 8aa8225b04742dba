// Differences: what changed from one moment to another, or from one recording to another.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/comparison.h"
#include "core/profile/difference.h"
#include "viewer/model/selection.h"

namespace heaptally::view {

// One side: a recording and a moment of it, as moment_of() reads a time.
struct DifferenceSide {
  std::shared_ptr<const Recording> recording;
  Nanoseconds time{0};
  bool is_peak = false;  // its peak, whenever that was

  friend bool operator==(const DifferenceSide&, const DifferenceSide&) = default;
};

struct DifferenceQuestion {
  DifferenceSide before, after;
  Selection filters = {};  // its filters, domains, unit and raw count, nothing else
  Metric metric = Metric::kLive;
  Group group = Group::kLine;

  friend bool operator==(const DifferenceQuestion&, const DifferenceQuestion&) = default;
};

// Rows are in the order of the greatest change; those that did not change are left out.
struct Differences {
  DifferenceQuestion question;
  Snapshot before, after;
  StatisticDifferences all;
  std::uint64_t greatest_bytes = 0, greatest_count = 0;  // of the changes, without their signs

  const Profile& profile(bool of_before) const;
  std::string label(std::size_t row) const;
  Amount before_of(std::size_t row) const;
};

// What of a selection matters to it: not its range, metric or moment.
Selection difference_filters(const Selection& selection);

// Errors: as take_snapshot and compare().
Differences find_differences(const DifferenceQuestion& question);

// "12 of 34 lines changed: 1024 B in 3 blocks, then 4096 B in 5 blocks (+3072 B, +2 blocks)"
std::string summary_of(const Differences& differences);
// Why a side is not exactly what was asked for; empty if both are.
std::string doubt_of(const Differences& differences);

enum class DifferenceColumn : std::uint8_t {
  kPlace,
  kBefore,
  kAfter,
  kChange,
  kCountBefore,
  kCountAfter,
  kCountChange,
};
inline constexpr std::size_t kDifferenceColumns = 7;
std::string_view title_of(DifferenceColumn column);
std::string cell_text(const Differences& differences, std::size_t row, DifferenceColumn column);

struct DifferenceOrder {
  DifferenceColumn column = DifferenceColumn::kChange;
  bool descending = true;  // of changes: the greatest first, whatever their signs
  std::string search;

  friend bool operator==(const DifferenceOrder&, const DifferenceOrder&) = default;
};

// The rows to show. Rows of equal values stay in the order of Differences.
std::vector<std::uint32_t> ordered_rows(const Differences& differences,
                                        const DifferenceOrder& order);

// The arguments of `heaptally diff` with the same answer.
std::string diff_command(const DifferenceQuestion& question);

}  // namespace heaptally::view
