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

}  // namespace heaptally
