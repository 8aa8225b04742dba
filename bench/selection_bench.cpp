// What a viewer asks of a recording that is open, each time that its user selects something else:
// 200,000 traces, 60,000 tallies, 4,000 buckets of 1,000 deltas. One thread.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "bench/large_recording.h"
#include "core/profile/heap_timeline.h"
#include "core/profile/leaks.h"
#include "core/profile/live_peak.h"
#include "core/profile/site_timeline.h"
#include "core/profile/statistics.h"
#include "core/profile/timeline_index.h"
#include "core/profile/tree.h"
#include "core/recording/reader.h"

namespace {

namespace fs = std::filesystem;
using namespace heaptally;

// The recording, opened: made once, and removed as soon as it is open.
class Opened {
 public:
  static Opened& get() {
    static Opened opened;
    return opened;
  }

  RecordingReader& reader() { return *reader_; }
  const RecordingData& data() const { return reader_->data(); }
  const Profile& profile() const { return *profile_; }
  const TimelineIndex& index() const { return *index_; }

 private:
  Opened() {
    std::string folder = (fs::temp_directory_path() / "heaptally-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) std::abort();
    const fs::path file = fs::path(folder) / "a.heaptally";
    bench::write_large(file, {.traces = 200'000,
                              .tallies = 60'000,
                              .symbols = true,
                              .buckets = 4'000,
                              .changing = 1'000});
    reader_ = std::make_unique<RecordingReader>(file);
    profile_ = std::make_unique<Profile>(data(), SiteRules{});
    index_ = TimelineIndex::make(timeline_of(*reader_), data().tallies.size());
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }

  std::unique_ptr<RecordingReader> reader_;
  std::unique_ptr<Profile> profile_;
  std::unique_ptr<const TimelineIndex> index_;
};

Snapshot live_at(const char* moment) {
  const Opened& opened = Opened::get();
  return take_snapshot(opened.data(), opened.index(), Metric::kLive, parse_moment(moment));
}

void ask(benchmark::State& state, const Query& query) {
  const Profile& profile = Opened::get().profile();
  const Snapshot snapshot = live_at("50%");
  benchmark::DoNotOptimize(statistics(profile, snapshot, query).rows.data());
  std::size_t rows = 0;
  for (auto _ : state) rows = statistics(profile, snapshot, query).rows.size();
  state.counters["rows"] = static_cast<double>(rows);
}

Query query_of(Group group, bool cumulative = false) {
  Query query;
  query.group = group;
  query.cumulative = cumulative;
  return query;
}

void lines(benchmark::State& state) { ask(state, query_of(Group::kLine)); }
BENCHMARK(lines)->Unit(benchmark::kMillisecond);

void filtered_lines(benchmark::State& state) {
  Query query = query_of(Group::kLine);
  query.filters = {parse_filter("*/part1*", true, true),
                   parse_filter("*/class7.cpp", false, false)};
  ask(state, query);
}
BENCHMARK(filtered_lines)->Unit(benchmark::kMillisecond);

void functions(benchmark::State& state) { ask(state, query_of(Group::kFunction)); }
BENCHMARK(functions)->Unit(benchmark::kMillisecond);

void cumulative_functions(benchmark::State& state) { ask(state, query_of(Group::kFunction, true)); }
BENCHMARK(cumulative_functions)->Unit(benchmark::kMillisecond);

void tracebacks(benchmark::State& state) { ask(state, query_of(Group::kTraceback)); }
BENCHMARK(tracebacks)->Unit(benchmark::kMillisecond);

void tree(benchmark::State& state) {
  const Profile& profile = Opened::get().profile();
  const Snapshot snapshot = live_at("50%");
  const TreeShape shape = {.least = {.share = 0.0001}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        CallTree(profile, snapshot, query_of(Group::kFunction), shape).nodes().data());
  }
}
BENCHMARK(tree)->Unit(benchmark::kMillisecond);

// What is kept with the profile, and made as it is first asked for: profile and all.
void first_question(benchmark::State& state, const Query& query) {
  const RecordingData& data = Opened::get().data();
  const Snapshot snapshot = live_at("50%");
  for (auto _ : state) {
    state.PauseTiming();
    const Profile profile(data, SiteRules{});
    state.ResumeTiming();
    benchmark::DoNotOptimize(statistics(profile, snapshot, query).rows.data());
  }
}
BENCHMARK_CAPTURE(first_question, lines, query_of(Group::kLine))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(first_question, cumulative_functions, query_of(Group::kFunction, true))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(first_question, tracebacks, query_of(Group::kTraceback))
    ->Unit(benchmark::kMillisecond);

void make_index(benchmark::State& state) {
  Opened& opened = Opened::get();
  const std::size_t tallies = opened.data().tallies.size();
  for (auto _ : state) {
    benchmark::DoNotOptimize(TimelineIndex::make(timeline_of(opened.reader()), tallies).get());
  }
  const TimelineIndex& index = opened.index();
  state.counters["MB"] = static_cast<double>(index.memory()) / 1e6;
  state.counters["changes"] = static_cast<double>(index.changes());
  state.counters["bytes_a_change"] =
      static_cast<double>(index.memory()) / static_cast<double>(index.changes());
}
BENCHMARK(make_index)->Unit(benchmark::kMillisecond);

// A source and what it is read from: the index, or the file.
BucketSource source_of(bool from_index) {
  Opened& opened = Opened::get();
  return from_index ? BucketSource(opened.index()) : timeline_of(opened.reader());
}

void snapshot(benchmark::State& state, bool from_index) {
  const BucketSource source = source_of(from_index);
  const Moment moment = parse_moment("50%");
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        take_snapshot(Opened::get().data(), source, Metric::kLive, moment).amounts.data());
  }
}
BENCHMARK_CAPTURE(snapshot, index, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(snapshot, file, false)->Unit(benchmark::kMillisecond);

void snapshot_between(benchmark::State& state, bool from_index) {
  const BucketSource source = source_of(from_index);
  const Moment from = parse_moment("30%"), to = parse_moment("60%");
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        take_snapshot_between(Opened::get().data(), source, Metric::kTotal, from, to)
            .amounts.data());
  }
}
BENCHMARK_CAPTURE(snapshot_between, index, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(snapshot_between, file, false)->Unit(benchmark::kMillisecond);

void timeline(benchmark::State& state, bool from_index) {
  const Opened& opened = Opened::get();
  const BucketSource source = source_of(from_index);
  const Nanoseconds end = opened.data().header.duration;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        heap_timeline(opened.profile(), source, {}, Nanoseconds(0), end).rows.data());
  }
}
BENCHMARK_CAPTURE(timeline, index, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(timeline, file, false)->Unit(benchmark::kMillisecond);

TimeSpan middle() {
  const Nanoseconds whole = Opened::get().data().header.duration;
  return {whole / 4, whole / 2};
}

// The peak within a range, and the snapshot of it.
void peak_within(benchmark::State& state) {
  const Opened& opened = Opened::get();
  for (auto _ : state) {
    const LivePeak peak = live_peak(opened.profile(), opened.index(), {}, middle());
    benchmark::DoNotOptimize(snapshot_at(opened.data(), opened.index(), peak).amounts.data());
  }
}
BENCHMARK(peak_within)->Unit(benchmark::kMillisecond);

void sites_over_time(benchmark::State& state, Group group, bool whole) {
  const Opened& opened = Opened::get();
  const TimeSpan span = whole ? TimeSpan{Nanoseconds(0), opened.data().header.duration} : middle();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        site_timeline(opened.profile(), opened.index(), query_of(group), span, 12).sites.data());
  }
}
BENCHMARK_CAPTURE(sites_over_time, lines, Group::kLine, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sites_over_time, modules, Group::kModule, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sites_over_time, lines_in_a_range, Group::kLine, false)
    ->Unit(benchmark::kMillisecond);

// Of the same run with marks, and ten blocks in each bucket that were never freed.
void leaks(benchmark::State& state, const char* from, const char* to) {
  const Opened& opened = Opened::get();
  RecordingData data = opened.data();
  data.marks = {{"a", Nanoseconds(10'000'000'000), {}}, {"b", Nanoseconds(30'000'000'000), {}}};
  data.survivors.emplace();
  for (const BucketExtent& bucket : opened.index().buckets()) {
    Survivors& survivors = data.survivors->emplace_back();
    survivors.start = bucket.start;
    survivors.amounts.reserve(10);
    for (std::uint32_t i = 0; i < 10; ++i)
      survivors.amounts.push_back({TallyId{i * 6'000}, {8, 1}});
  }
  const CrossingSource crossings = [](const CrossingVisitor&) {};
  LeakRange range = {parse_moment(from), std::nullopt};
  if (to != nullptr) range.to = parse_moment(to);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        find_leaks(data, opened.index(), crossings, range, {}).snapshot.amounts.data());
  }
}
BENCHMARK_CAPTURE(leaks, to_the_end, "50%", nullptr)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(leaks, mark_to_mark, "mark:a", "mark:b")->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
