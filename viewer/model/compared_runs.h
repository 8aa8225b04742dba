// Compared runs: two recordings side by side.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/profile/comparison.h"
#include "viewer/model/selection.h"

namespace heaptally::view {

struct ComparedRunsQuestion {
  std::shared_ptr<const Recording> a, b;
  Selection filters = {};

  friend bool operator==(const ComparedRunsQuestion&, const ComparedRunsQuestion&) = default;
};

// What both came to, and their live heaps over time, from start to end.
struct ComparedRuns {
  ComparedRunsQuestion question;
  std::vector<ComparedFact> facts;  // those that are known of both
  HeapTimeline heap_a, heap_b;

  TimeSpan span() const;  // of the longer one
};

// Errors: as compare_facts and heap_timeline.
ComparedRuns compare_runs(const ComparedRunsQuestion& question);

// A number of a fact: "12.0 MiB", "1,234", "1.5 s".
std::string fact_text(const ComparedFact& fact, std::uint64_t value);

// The live heap of one of them in columns of a longer span: up to `columns` values, fewer where the
// run ended before.
std::vector<std::uint64_t> compared_columns(const HeapTimeline& heap, const TimeSpan& span,
                                            std::size_t columns);

}  // namespace heaptally::view
