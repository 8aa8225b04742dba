// HeapStack: the live heap over a run, split by the lines that hold most of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "viewer/model/peak_pyramid.h"
#include "viewer/model/selection.h"

namespace heaptally::view {

// A line of the program, and what it held as each row of the timeline ended.
struct StackSeries {
  Key key;
  std::string label;  // as key_label has it
  std::vector<std::uint64_t> live;
  std::uint64_t highest = 0;
  Nanoseconds highest_time{0};
};

// Purpose: all that a plot of the run is drawn from.
// Invariants: live of all series are as long as heap.rows; those of one row are together at most
//   that row's live bytes, but in damaged recordings.
// Threads: immutable once made.
struct HeapStack {
  std::shared_ptr<const Recording> recording;
  HeapTimeline heap;                // of the whole run
  std::vector<StackSeries> series;  // at most as many as asked for, by `highest`, descending
  bool has_others = false;          // whether there is more than the series
  PeakPyramid live;                 // of heap.rows: live.bytes
  PeakPyramid most;                 // of heap.rows: max_live_bytes
  PeakPyramid rss;                  // of the recording's samples
  std::vector<Amount> allocated;    // by row: in all rows before it; one more than there are rows
};

// What of a selection the run's timeline depends on: filters do, the range does not.
Selection stack_question(const Selection& selection);

// Of lines those are told apart that held most at a moment of their own, so that what was large
// before or after the peak is seen too. Errors: as heap_timeline.
HeapStack stack_heap(std::shared_ptr<const Recording> recording, const Selection& selection,
                     std::size_t series);

// What was at a moment, as far as it is known.
struct MomentReading {
  Nanoseconds time{0};
  Nanoseconds edge{0};  // at or before it: the moment that `live` is true of
  Amount live;
  std::uint64_t most = 0;  // the greatest that live bytes came to around it
  std::optional<std::uint64_t> rss;
  double bytes_rate = 0, count_rate = 0;  // allocated in a second, around it
  std::vector<std::uint64_t> series;      // at `edge`, as HeapStack::series
  std::uint64_t others = 0;
};

MomentReading reading_at(const HeapStack& stack, Nanoseconds time);

}  // namespace heaptally::view
