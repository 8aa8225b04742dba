// Recordings made at random, in which everything that stacks can have comes up often.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/profile/recording_builder.h"

namespace heaptally {

// Traces of a few lines, functions and files, that share their beginnings; with inlined calls,
// recursion, machinery, places without source, and outermost frames that were cut off.
inline RecordingBuilder random_recording(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  RecordingBuilder recording;
  const ModuleId library = recording.module("/opt/libx.so");
  const ModuleId libc = recording.module("/lib/libc.so.6");
  const auto location = [&] {
    const std::string number = std::to_string(below(3));
    if (below(8) == 0) return Location{.function = "h", .file = "/usr/include/h.h", .line = 7};
    return Location{.function = "f" + number,
                    .file = "src/" + number + ".cpp",
                    .line = static_cast<std::uint32_t>(1 + below(4))};
  };
  std::vector<FrameId> frames;
  for (int i = 0; i < 24; ++i) {
    std::vector<Location> locations(1 + below(3));
    for (Location& each : locations) each = location();
    frames.push_back(recording.frame(std::move(locations)));
  }
  frames.push_back(recording.symbol("symbol", 16, library));
  frames.push_back(recording.symbol("malloc", 32, libc));
  frames.push_back(recording.frame({}, library));
  const FrameId cut = recording.frame({}, kNoModule, FrameKind::kCut);

  auto& traces = recording.data.traces;
  for (int i = 0; i < 120; ++i) {
    const auto id = TraceId(traces.size());
    // A cut frame has some that are not cut inward of it.
    const bool is_cut = below(20) == 0;
    const auto parent = is_cut ? kRootTrace : TraceId(below(traces.size()));
    traces.push_back(
        {.id = id, .parent = parent, .frame = is_cut ? cut : frames[below(frames.size())]});
    if (is_cut) traces.push_back({.id = TraceId(traces.size()), .parent = id, .frame = frames[0]});
  }
  for (int i = 0; i < 80; ++i) {
    const auto trace = TraceId(below(traces.size()));
    if (trace != kRootTrace && traces[index_of(trace)].frame == cut) continue;
    recording.allocate(trace, {below(1000), below(4)}, {},
                       SizeClass{static_cast<std::uint8_t>(i % 5)});
  }
  return recording;
}

// The same with several threads and processes, and a timeline with which all totals agree: the peak
// is the highest of its edges.
inline RecordingBuilder random_run(std::uint64_t seed) {
  RecordingBuilder recording = random_recording(seed);
  std::mt19937_64 random(~seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  RecordingData& data = recording.data;
  const ProcessId other = recording.process(200, "other --fast", 100);
  recording.task("worker", 101);
  recording.task("worker", 102);
  recording.task("worker", 200, 3, other);
  for (TallyKey& tally : data.tallies) tally.task = TaskId(below(data.tasks.size()));
  for (TallyTotals& totals : data.totals) {
    const TallyId id = totals.id;
    totals = {};
    totals.id = id;
  }

  Amount live;
  const auto add = [&](TallyTotals& totals, std::vector<TallyDelta>& deltas) {
    const std::uint64_t made = below(4), freed = below(totals.live_at_end.count + made + 1);
    // All blocks of a tally have one size, so that what is freed is known.
    const std::uint64_t size = index_of(totals.id) % 5 * 100;
    const TallyDelta delta{
        totals.id, {made * size, made}, {freed * size, freed}, {freed / 2 * size, freed / 2}};
    if (made + freed == 0) return;
    totals.total += delta.allocated;
    totals.temporary += delta.temporary;
    totals.live_at_end += delta.allocated - delta.freed;
    live += delta.allocated - delta.freed;
    deltas.push_back(delta);
  };
  data.header.peak = {};
  for (int bucket = 0; bucket < 40; ++bucket) {
    std::vector<TallyDelta> deltas;
    for (TallyTotals& totals : data.totals) {
      if (below(4) == 0) add(totals, deltas);
    }
    recording.bucket(100 * bucket, 100, std::move(deltas));
    if (live.bytes <= data.header.peak.bytes) continue;
    data.header.peak = live;
    data.header.peak_time = std::chrono::milliseconds(100 * (bucket + 1));
    for (TallyTotals& totals : data.totals) totals.live_at_peak = totals.live_at_end;
  }
  for (const TallyTotals& totals : data.totals) {
    data.header.total += totals.total;
    data.header.temporary += totals.temporary;
    data.header.live_at_end += totals.live_at_end;
  }
  return recording;
}

}  // namespace heaptally
