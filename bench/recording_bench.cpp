// What a recording costs: to write, on disk, to open, and to ask for a moment.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "bench/large_recording.h"
#include "core/profile/compared_tree.h"
#include "core/profile/kept.h"
#include "core/profile/snapshot.h"
#include "core/recording/reader.h"
#include "core/recording/writer.h"

namespace {

namespace fs = std::filesystem;
using namespace heaptally;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "heaptally-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  fs::path file() const { return path_ / "a.heaptally"; }

 private:
  fs::path path_;
};

void write_large_recording(benchmark::State& state) {
  const Folder folder;
  for (auto _ : state) bench::write_large(folder.file(), {});
  state.counters["MB"] = static_cast<double>(fs::file_size(folder.file())) / 1e6;
}
BENCHMARK(write_large_recording)->Unit(benchmark::kMillisecond);

void open_large_recording(benchmark::State& state) {
  const Folder folder;
  bench::write_large(folder.file(), {});
  for (auto _ : state) {
    const RecordingReader reader(folder.file());
    benchmark::DoNotOptimize(reader.data().traces.data());
  }
  state.counters["MB"] = static_cast<double>(fs::file_size(folder.file())) / 1e6;
}
BENCHMARK(open_large_recording)->Unit(benchmark::kMillisecond);

// At so many percent of the run: 200,000 traces in 4,000 buckets.
void take_snapshot_of_large_recording(benchmark::State& state) {
  const Folder folder;
  bench::write_large(folder.file(), {.traces = 200'000, .buckets = 4'000});
  RecordingReader reader(folder.file());
  const Moment moment = parse_moment(std::to_string(state.range(0)) + "%");
  for (auto _ : state) {
    const Snapshot snapshot =
        take_snapshot(reader.data(), timeline_of(reader), Metric::kLive, moment);
    benchmark::DoNotOptimize(snapshot.amounts.data());
  }
}
BENCHMARK(take_snapshot_of_large_recording)
    ->Arg(10)
    ->Arg(50)
    ->Arg(90)
    ->Unit(benchmark::kMillisecond);

// A recording of 200,000 traces, which two of its moments are compared of, and its copy.
struct Compared {
  Compared() {
    const bench::LargeProgram program = {
        .traces = 200'000, .frames = 25'000, .tallies = 60'000, .symbols = true, .buckets = 400};
    bench::write_large(folder.file(), program);
  }
  Snapshot at(RecordingReader& from, const char* moment) const {
    return take_snapshot(from.data(), timeline_of(from), Metric::kTotal, parse_moment(moment));
  }

  Folder folder;
};

// state.range: the group, what of TreeShape is asked for, and whether recordings are two.
void compare_large_trees(benchmark::State& state) {
  const Compared compared;
  RecordingReader older(compared.folder.file()), newer(compared.folder.file());
  const Profile old_profile(older.data(), {}), new_profile(newer.data(), {});
  const Snapshot before = compared.at(older, "40%"), after = compared.at(newer, "80%");
  const Profile& first = state.range(2) != 0 ? old_profile : new_profile;
  Query query;
  query.group = static_cast<Group>(state.range(0));
  TreeShape shape = {.least = {}};
  if (state.range(1) == 1) shape.collapse_recursion = true;
  if (state.range(1) == 2) shape.bottom_up = true, shape.least.share = 0.001;
  std::size_t nodes = 0;
  for (auto _ : state) {
    const ComparedTree tree({first, before}, {new_profile, after}, query, shape,
                            ComparedOrder::kChange);
    nodes = tree.nodes().size();
  }
  state.counters["nodes"] = static_cast<double>(nodes);
}
BENCHMARK(compare_large_trees)
    ->ArgNames({"group", "shape", "two"})
    ->ArgsProduct({{static_cast<int>(Group::kLine), static_cast<int>(Group::kFunction)},
                   {0, 1, 2},
                   {0, 1}})
    ->Unit(benchmark::kMillisecond);

void find_traces_through_a_place(benchmark::State& state) {
  const Compared compared;
  const RecordingReader reader(compared.folder.file());
  const Profile profile(reader.data(), {});
  Query query;
  query.through = {"method7", "class1.cpp:7"};
  query.without = {"project::part3::*"};
  for (auto _ : state) benchmark::DoNotOptimize(kept_traces(profile, query));
}
BENCHMARK(find_traces_through_a_place)->Unit(benchmark::kMillisecond);

// Twenty million pairs of malloc and free at a few places, over three seconds.
void write_busy_loop(benchmark::State& state) {
  const Folder folder;
  for (auto _ : state) {
    RecordingWriter writer(folder.file(), true);
    writer.put(Process{});
    writer.put(Task{});
    const Frame frame{};
    writer.add(std::span(&frame, 1));
    std::vector<TallyKey> keys(6);
    for (std::uint32_t i = 0; i < keys.size(); ++i) keys[i].id = static_cast<TallyId>(i);
    writer.add(std::span<const TallyKey>(keys));
    for (std::int64_t i = 0; i < 300; ++i) {
      Bucket bucket{Nanoseconds(i * 10'000'000), Nanoseconds(10'000'000), 1'000, {}};
      for (const TallyKey& key : keys) {
        bucket.deltas.push_back({key.id, {711'111, 11'111}, {711'111, 11'111}, {711'111, 11'111}});
      }
      writer.add(bucket);
      if (i % 10 == 9) writer.flush();
    }
    writer.finish();
  }
  state.counters["kB"] = static_cast<double>(fs::file_size(folder.file())) / 1e3;
}
BENCHMARK(write_busy_loop)->Unit(benchmark::kMillisecond);

// A long run: past the bound, each bucket also pays for merging. Of 20,000 tallies,
// state.range(0) change in each bucket.
void write_long_timeline(benchmark::State& state) {
  const Folder folder;
  constexpr std::size_t kChanging = 20'000;
  constexpr std::int64_t kBuckets = 20'000;
  const auto active = static_cast<std::size_t>(state.range(0));
  std::chrono::nanoseconds slowest{0};
  for (auto _ : state) {
    state.PauseTiming();
    std::mt19937_64 random(1);
    RecordingWriter writer(folder.file(), true);
    bench::write_code(writer, {}, random);
    writer.flush();
    state.ResumeTiming();
    Bucket bucket;
    for (std::int64_t i = 0; i < kBuckets; ++i) {
      bucket.start = Nanoseconds(i * 100'000'000);
      bucket.width = Nanoseconds(100'000'000);
      bucket.deltas.clear();
      for (std::size_t id = random() % 10; bucket.deltas.size() < active && id < kChanging;
           id += 1 + random() % (2 * kChanging / active)) {
        const std::uint64_t count = 1 + random() % 20;
        bucket.deltas.push_back(
            {static_cast<TallyId>(id), {count * 48, count}, {count * 48, count}, {0, 0}});
      }
      const auto before = std::chrono::steady_clock::now();
      writer.add(bucket);
      if (i % 10 == 9) writer.flush();
      slowest =
          std::max<std::chrono::nanoseconds>(slowest, std::chrono::steady_clock::now() - before);
    }
    writer.finish();
  }
  state.counters["MB"] = static_cast<double>(fs::file_size(folder.file())) / 1e6;
  state.counters["us_a_bucket"] = benchmark::Counter(
      kBuckets * 1e-6, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.counters["slowest_ms"] = static_cast<double>(slowest.count()) / 1e6;
}
BENCHMARK(write_long_timeline)->Arg(100)->Arg(2'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
