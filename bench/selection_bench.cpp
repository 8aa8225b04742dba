// What a viewer asks of a recording that is open, each time that its user selects something else:
// 200,000 traces, 60,000 tallies, 4,000 buckets of 1,000 deltas.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "bench/large_recording.h"
#include "core/profile/statistics.h"
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
  const Profile& profile() const { return *profile_; }

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
    profile_ = std::make_unique<Profile>(reader_->data(), SiteRules{});
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }

  std::unique_ptr<RecordingReader> reader_;
  std::unique_ptr<Profile> profile_;
};

Snapshot live_at(const char* moment) {
  Opened& opened = Opened::get();
  return take_snapshot(opened.reader().data(), timeline_of(opened.reader()), Metric::kLive,
                       parse_moment(moment));
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

// What is kept with the profile, and made as it is first asked for: profile and all.
void first_question(benchmark::State& state, const Query& query) {
  const RecordingData& data = Opened::get().reader().data();
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

}  // namespace

BENCHMARK_MAIN();
