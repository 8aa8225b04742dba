// Recordings in files, for tests of what reads them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "core/recording/writer.h"
#include "tests/profile/recording_builder.h"
#include "viewer/model/recording.h"

namespace heaptally::view {

// A new folder, gone at the end of the test.
class TestFolder {
 public:
  TestFolder() {
    std::string name =
        (std::filesystem::path(testing::TempDir()) / "heaptally-view.XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Writes what was built; survivors and crossings are left unknown.
inline void write_recording(const RecordingBuilder& built, const std::filesystem::path& file) {
  const RecordingData& data = built.data;
  RecordingWriter writer(file, true);
  writer.put(data.header);
  for (const Process& process : data.processes) writer.put(process);
  for (const Task& task : data.tasks) writer.put(task);
  for (const Module& module : data.modules) writer.put(module);
  writer.add(std::span<const Frame>(data.frames));
  writer.add(std::span<const Trace>(data.traces));
  for (std::size_t i = 0; i < data.locations.size(); ++i) {
    if (!data.locations[i].empty()) writer.add({FrameId(i), data.locations[i]});
  }
  writer.add(std::span<const TallyKey>(data.tallies));
  writer.add(std::span<const Mark>(data.marks));
  for (const Bucket& bucket : built.buckets) writer.add(bucket);
  writer.add(std::span<const TallyTotals>(data.totals));
  writer.finish();
}

// Ten seconds of main, load and parse: parse holds 1000 bytes in 10 blocks, load 300 in 3, and main
// 50 in 1; all of it at the peak (5.5 s) and at the end. Allocated at 1, 2 and 5 s in that order.
inline RecordingBuilder small_run() {
  RecordingBuilder built;
  const FrameId main = built.line("/src/main.cpp", 3, "main");
  const FrameId load = built.line("/src/load.cpp", 20, "load");
  const FrameId parse = built.line("/src/parse.cpp", 7, "parse");
  const TaskId task{0};
  const std::vector<std::pair<TraceId, Amount>> held = {
      {built.trace({main, load, parse}), {1000, 10}},
      {built.trace({main, load}), {300, 3}},
      {built.trace({main}), {50, 1}}};
  constexpr std::array<int, 3> kTimes = {1000, 2000, 5000};
  for (std::size_t i = 0; i < held.size(); ++i) {
    const TallyId tally = built.allocate(held[i].first, held[i].second, task);
    built.bucket(kTimes.at(i), 1000,
                 {{.id = tally, .allocated = held[i].second, .freed = {}, .temporary = {}}});
    built.data.header.total += held[i].second;
    built.buckets.back().max_live_bytes = built.data.header.total.bytes;
  }
  built.data.header.live_at_end = built.data.header.total;
  built.data.header.peak = built.data.header.total;
  built.data.header.peak_time = std::chrono::milliseconds(5500);
  return built;
}

inline std::shared_ptr<const Recording> load(const std::filesystem::path& file) {
  return Recording::load(file, {});
}

// The small run in a file, loaded.
inline std::shared_ptr<const Recording> load_small_run(
    const TestFolder& folder, const std::string& name = "small.heaptally") {
  write_recording(small_run(), folder / name);
  return load(folder / name);
}

}  // namespace heaptally::view
