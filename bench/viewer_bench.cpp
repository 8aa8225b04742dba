// What a frame of the flame graph costs the processor, apart from drawing its triangles: Dear ImGui
// with nothing behind it, 1920x1080, some 300,000 calls. VIEWER.md's bar is 2 ms.
#include <benchmark/benchmark.h>
#include <imgui/imgui.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include "core/recording/writer.h"
#include "tests/profile/recording_builder.h"
#include "tests/viewer/null_window.h"
#include "viewer/model/flame.h"
#include "viewer/panels/flame_view.h"
#include "viewer/panels/panel_list.h"

namespace {

namespace fs = std::filesystem;
using namespace heaptally;
using namespace heaptally::view;

constexpr std::size_t kCalls = 300'000;

// A tree of calls: each trace goes on from a recent one, so ways are some 30 calls deep, and what
// they hold differs widely, as it does in programs.
void write_calls(const fs::path& file) {
  std::mt19937_64 random(1);
  RecordingWriter writer(file, true);
  RecordingBuilder built;
  std::vector<FrameId> frames;
  frames.reserve(5000);
  for (std::uint32_t i = 0; i < 5000; ++i) {
    frames.push_back(built.line("/src/file" + std::to_string(i % 200) + ".cpp", i,
                                "project::module::function_" + std::to_string(i)));
  }
  std::vector<std::uint32_t> depths = {0};
  while (built.data.traces.size() <= kCalls) {
    const auto last = built.data.traces.size() - 1;
    std::size_t parent =
        last -
        std::min<std::size_t>(last, random() % 64 == 0 ? random() % (last + 1) : random() % 8);
    if (depths[parent] > 60) parent = 0;
    const auto id = TraceId(built.data.traces.size());
    built.data.traces.push_back(
        {.id = id, .parent = TraceId(parent), .frame = frames[random() % frames.size()]});
    depths.push_back(depths[parent] + 1);
    const Amount amount = {std::uint64_t{1} << (random() % 18), 1};
    built.allocate(id, amount);
  }
  built.data.header.complete = true;
  writer.put(built.data.header);
  for (const Process& process : built.data.processes) writer.put(process);
  for (const Task& task : built.data.tasks) writer.put(task);
  for (const Module& module : built.data.modules) writer.put(module);
  writer.add(std::span<const Frame>(built.data.frames));
  writer.add(std::span<const Trace>(built.data.traces));
  for (std::size_t i = 0; i < built.data.locations.size(); ++i) {
    if (!built.data.locations[i].empty()) writer.add({FrameId(i), built.data.locations[i]});
  }
  writer.add(std::span<const TallyKey>(built.data.tallies));
  writer.add(std::span<const TallyTotals>(built.data.totals));
  writer.finish();
}

// Loaded once; the file is gone then.
std::shared_ptr<const Recording> recording() {
  static const std::shared_ptr<const Recording> loaded = [] {
    std::string folder = (fs::temp_directory_path() / "heaptally-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) std::abort();
    const fs::path file = fs::path(folder) / "a.heaptally";
    write_calls(file);
    auto result = Recording::load(file, {});
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    return result;
  }();
  return loaded;
}

// A view with its panel, drawn until the answer is there.
class Drawn {
 public:
  Drawn() : window_(1920, 1080) {
    view_.recording = recording();
    view_.fonts = window_.fonts();
    for (int i = 0; i < 3; ++i) {
      frame();
      view_.worker.wait();
    }
  }
  void frame() {
    window_.panel_frame([this] { flame_.draw(view_); });
  }
  FlameView& flame() { return flame_; }

 private:
  NullWindow window_;
  FlameView flame_{false};
  View view_;
};

void count(benchmark::State& state, const FlameView& flame) {
  state.counters["calls"] = static_cast<double>(flame.calls()->nodes().size());
  state.counters["boxes"] = static_cast<double>(flame.layout().boxes().size());
  state.counters["vertices"] = static_cast<double>(ImGui::GetDrawData()->TotalVtxCount);
}

void frame_of_flame_graph(benchmark::State& state) {
  Drawn drawn;
  for (auto _ : state) drawn.frame();
  count(state, drawn.flame());
}
BENCHMARK(frame_of_flame_graph)->Unit(benchmark::kMillisecond);

// The pointer moves over the boxes, so what is hovered and told changes.
void frame_with_pointer(benchmark::State& state) {
  Drawn drawn;
  float x = 0;
  for (auto _ : state) {
    x = x > 1800 ? 20 : x + 7;
    NullWindow::point(x, 400);
    drawn.frame();
  }
  count(state, drawn.flame());
}
BENCHMARK(frame_with_pointer)->Unit(benchmark::kMillisecond);

// The window is resized: boxes and texts are laid out anew in each frame.
void frame_while_resized(benchmark::State& state) {
  Drawn drawn;
  float width = 1000;
  for (auto _ : state) {
    width = width > 1900 ? 1000 : width + 3;
    ImGui::GetIO().DisplaySize.x = width;
    drawn.frame();
  }
  count(state, drawn.flame());
}
BENCHMARK(frame_while_resized)->Unit(benchmark::kMillisecond);

void lay_out(benchmark::State& state) {
  const auto calls = std::make_shared<const Calls>(recording(), nullptr, CallsQuestion{});
  const auto weights = std::make_shared<const FlameWeights>(calls, FlameWidths::kNow);
  for (auto _ : state) benchmark::DoNotOptimize(FlameLayout(weights, 0, 1880).rows());
}
BENCHMARK(lay_out)->Unit(benchmark::kMillisecond);

// On the worker: what a new selection asks.
void answer(benchmark::State& state) {
  CallsQuestion question;
  question.bottom_up = state.range(0) != 0;
  const auto loaded = recording();
  for (auto _ : state) {
    benchmark::DoNotOptimize(Calls(loaded, nullptr, question).nodes().data());
  }
}
BENCHMARK(answer)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void search(benchmark::State& state) {
  const auto calls = std::make_shared<const Calls>(recording(), nullptr, CallsQuestion{});
  for (auto _ : state) benchmark::DoNotOptimize(find_calls(calls, "function_12").nodes.size());
}
BENCHMARK(search)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
