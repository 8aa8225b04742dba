#include "bench/large_recording.h"

#include <algorithm>
#include <string>
#include <vector>

namespace heaptally::bench {
namespace {

constexpr std::uint32_t kModules = 50;
constexpr std::size_t kDeepest = 60;
constexpr Nanoseconds kWidth{10'000'000};

void write_frames(RecordingWriter& writer, const LargeProgram& program, std::mt19937_64& random) {
  std::vector<Frame> frames(program.frames);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    frames[i] = {static_cast<FrameId>(i), static_cast<ModuleId>(random() % kModules),
                 random() % (64 << 20), FrameKind::kReturnAddress};
  }
  writer.add(std::span<const Frame>(frames));
  if (!program.symbols) return;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    FrameLocations locations{static_cast<FrameId>(i), {}};
    // Every fourth frame has a call that was inlined.
    for (std::size_t call = i % 4 == 0 ? 2 : 1; call > 0; --call) {
      const std::size_t function = random() % (program.frames / 4);
      locations.locations.push_back(
          {.function = "project::part" + std::to_string(function % 40) + "::Class" +
                       std::to_string(function % 700) + "::method" + std::to_string(function) +
                       "(int, std::string const&)",
           .file = "/home/user/project/src/part" + std::to_string(function % 40) + "/class" +
                   std::to_string(function % 700) + ".cpp",
           .line = static_cast<std::uint32_t>(random() % 2'000 + 1),
           .column = 3});
    }
    writer.add(locations);
  }
}

void write_traces(RecordingWriter& writer, const LargeProgram& program, std::mt19937_64& random) {
  std::vector<std::size_t> parents(program.traces), depths(program.traces);
  std::vector<Trace> traces(program.traces - 1);
  for (std::size_t id = 1; id < program.traces; ++id) {
    std::size_t parent = id - 1 - random() % std::min<std::size_t>(id, 50);
    if (depths[parent] >= kDeepest) {
      for (std::size_t up = random() % kDeepest; up > 0; --up) parent = parents[parent];
    }
    parents[id] = parent;
    depths[id] = depths[parent] + 1;
    traces[id - 1] = {static_cast<TraceId>(id), static_cast<TraceId>(parent),
                      static_cast<FrameId>(random() % program.frames)};
  }
  writer.add(std::span<const Trace>(traces));
}

// A few tallies change all the time, the others now and then.
std::size_t pick(const LargeProgram& program, std::mt19937_64& random) {
  const std::size_t hot = std::min<std::size_t>(program.tallies, 2'000);
  const std::uint64_t dice = random();
  return dice % 4 == 0 ? dice / 4 % program.tallies : dice / 4 % hot * (program.tallies / hot);
}

void write_timeline(RecordingWriter& writer, const LargeProgram& program, std::mt19937_64& random,
                    std::vector<TallyTotals>& totals) {
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < program.buckets; ++i) {
    changed.clear();
    while (changed.size() < program.changing) changed.push_back(pick(program, random));
    std::sort(changed.begin(), changed.end());
    changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
    Bucket bucket{static_cast<std::int64_t>(i) * kWidth, kWidth, 0, {}};
    for (const std::size_t id : changed) {
      TallyTotals& tally = totals[id];
      const std::uint64_t size = 1 + id % 400;
      const std::uint64_t made = 1 + (random() % 1'000 >> random() % 10);
      const std::uint64_t freed = std::min(made + tally.live_at_end.count, random() % (2 * made));
      bucket.deltas.push_back({static_cast<TallyId>(id),
                               {made * size, made},
                               {freed * size, freed},
                               {freed / 2 * size, freed / 2}});
      tally.total += bucket.deltas.back().allocated;
      tally.temporary += bucket.deltas.back().temporary;
      tally.live_at_end += bucket.deltas.back().allocated - bucket.deltas.back().freed;
    }
    writer.add(bucket);
    if (i % 100 == 99) writer.flush();
  }
}

}  // namespace

void write_code(RecordingWriter& writer, const LargeProgram& program, std::mt19937_64& random) {
  writer.put(Process{});
  writer.put(Task{});
  for (std::uint32_t id = 0; id < kModules; ++id) {
    writer.put(Module{static_cast<ModuleId>(id), "/usr/lib/lib" + std::to_string(id) + ".so.1",
                      std::string(40, 'a'), "dwarf"});
  }
  write_frames(writer, program, random);
  write_traces(writer, program, random);
  std::vector<TallyKey> keys(program.tallies);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = {static_cast<TallyId>(i),
               static_cast<TraceId>(1 + i * (program.traces - 1) / program.tallies), TaskId{0},
               static_cast<SizeClass>(random() % 12)};
  }
  writer.add(std::span<const TallyKey>(keys));
}

void write_run(RecordingWriter& writer, const LargeProgram& program, std::mt19937_64& random) {
  std::vector<TallyTotals> totals(program.tallies);
  write_timeline(writer, program, random, totals);
  Header header;
  header.command = {"large"};
  header.duration = static_cast<std::int64_t>(program.buckets) * kWidth;
  header.peak_time = header.duration;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    TallyTotals& tally = totals[i];
    tally.id = static_cast<TallyId>(i);
    if (program.buckets == 0) {
      const std::uint64_t count = 1 + (random() % 1'000 >> random() % 10);
      const std::uint64_t size = 1 + random() % 256;
      tally.total = {count * size, count};
      if (i % 4 == 0) tally.live_at_end = {size, 1};
    }
    tally.live_at_peak = tally.live_at_end;
    tally.lifetimes = {{static_cast<std::uint8_t>(10 + random() % 20), tally.total.count + 1}};
    header.total += tally.total;
    header.live_at_end += tally.live_at_end;
  }
  header.peak = header.live_at_end;
  writer.add(std::span<const TallyTotals>(totals));
  writer.put(header);
}

void write_large(const std::filesystem::path& path, const LargeProgram& program) {
  std::mt19937_64 random(1);
  RecordingWriter writer(path, true);
  write_code(writer, program, random);
  write_run(writer, program, random);
  writer.finish();
}

}  // namespace heaptally::bench
