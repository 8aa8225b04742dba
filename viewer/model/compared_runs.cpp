#include "viewer/model/compared_runs.h"

#include <algorithm>

#include "core/base/size_text.h"
#include "core/report/wording.h"

namespace heaptally::view {
namespace {

HeapTimeline whole_timeline(const Recording& recording, const Selection& filters) {
  return heap_timeline(recording.profile(filters.raw), recording.timeline(), query_of(filters),
                       Nanoseconds(0), run_time(recording.data()));
}

}  // namespace

TimeSpan ComparedRuns::span() const {
  return {.from = Nanoseconds(0), .to = std::max({heap_a.to, heap_b.to, Nanoseconds(1)})};
}

ComparedRuns compare_runs(const ComparedRunsQuestion& question) {
  const Selection& filters = question.filters;
  ComparedRuns runs{.question = question,
                    .facts = compare_facts(question.a->profile(filters.raw),
                                           question.b->profile(filters.raw), query_of(filters)),
                    .heap_a = whole_timeline(*question.a, filters),
                    .heap_b = whole_timeline(*question.b, filters)};
  std::erase_if(runs.facts, [](const ComparedFact& fact) { return !fact.known; });
  return runs;
}

std::string fact_text(const ComparedFact& fact, std::uint64_t value) {
  switch (fact.unit) {
    case ComparedFact::Unit::kBytes:
      return size_text(value);
    case ComparedFact::Unit::kTime:
      return duration_text(Nanoseconds(static_cast<std::int64_t>(value)));
    case ComparedFact::Unit::kCount:
      break;
  }
  return grouped_text(value);
}

std::vector<std::uint64_t> compared_columns(const HeapTimeline& heap, const TimeSpan& span,
                                            std::size_t columns) {
  std::vector<std::uint64_t> values = live_columns(heap, span, columns);
  // After its end there is nothing, not a heap of nothing.
  if (heap.to < span.to && heap.to > span.from) {
    values.resize(column_of(span, heap.to - Nanoseconds(1), columns) + 1);
  }
  return values;
}

}  // namespace heaptally::view
