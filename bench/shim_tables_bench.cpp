// What it costs the shim to look up the id of a trace and the rule of a frame: part of shim_bench.
#include <benchmark/benchmark.h>
#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <span>
#include <vector>

#include "bench/shim_session.h"
#include "preload/libunwind.h"
#include "preload/rule_memo.h"
#include "preload/session.h"
#include "preload/trace_memo.h"

namespace {

using namespace heaptally;
using namespace heaptally::preload;

constexpr std::uint64_t kFrames = 100'000;
constexpr std::size_t kSteps = 1 << 17;  // more than what a branch predictor learns by heart

wire::FrameKey key_of(std::uint64_t frame) {
  return wire::frame_key(0x5500'0000'0000 + 16 * frame, 1, wire::FrameKind::kReturnAddress);
}

struct Step {
  wire::TraceIndex parent;
  wire::FrameKey key;
};

// The trace table with so many traces more than there were; as it was, when this is gone.
class FilledTable {
 public:
  FilledTable(std::uint32_t traces, std::uint32_t room)
      : bytes_((count() + traces + room) * sizeof(wire::TraceNode)), before_(count()) {
    void* view = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED,
                      ShimSession::instance().memory().fd(), wire::kNodesOffset);
    if (view == MAP_FAILED) std::abort();
    view_ = static_cast<char*>(view);
    outer_ = copy();
    fill(traces);
    filled_ = copy();
  }
  ~FilledTable() {
    restore(outer_);
    munmap(view_, bytes_);
  }
  FilledTable(const FilledTable&) = delete;
  FilledTable& operator=(const FilledTable&) = delete;

  static std::uint32_t count() { return g_session.header().nodes.load(std::memory_order_relaxed); }
  void rewind() { restore(filled_); }

  // Traces of the table, in no order.
  std::vector<Step> some(std::size_t count) {
    std::vector<Step> steps(count);
    for (Step& step : steps) {
      const wire::TraceIndex trace = any();
      const auto& node = reinterpret_cast<const wire::TraceNode*>(view_)[trace];
      step = {node.parent, node.key};
    }
    return steps;
  }
  // Traces that it lacks, called from some that it has.
  std::vector<Step> others(std::size_t count) {
    std::vector<Step> steps(count);
    std::uint64_t frame = kFrames;
    for (Step& step : steps) step = {any(), key_of(frame++)};
    return steps;
  }

 private:
  // Ids are handed out as traces are met, so a trace's parent is mostly a recent one.
  void fill(std::uint32_t traces) {
    wire::TraceIndex spare = 0;
    while (count() < before_ + traces) {
      const std::uint32_t made = count() - before_;
      const auto back = static_cast<std::uint32_t>(random_() % 50);
      const wire::TraceIndex parent = made == 0 ? 0 : count() - 1 - back % made;
      if (preload::intern(parent, key_of(random_() % kFrames), spare) == parent) std::abort();
    }
  }
  wire::TraceIndex any() {
    return static_cast<wire::TraceIndex>(before_ + random_() % (filled_nodes() - before_));
  }
  std::uint64_t filled_nodes() const { return filled_.size() / sizeof(wire::TraceNode); }
  std::vector<char> copy() const { return {view_, view_ + count() * sizeof(wire::TraceNode)}; }
  void restore(const std::vector<char>& nodes) {
    std::memcpy(view_, nodes.data(), nodes.size());
    std::memset(view_ + nodes.size(), 0, count() * sizeof(wire::TraceNode) - nodes.size());
    g_session.header().nodes.store(
        static_cast<std::uint32_t>(nodes.size() / sizeof(wire::TraceNode)));
  }

  std::mt19937_64 random_{1};
  std::size_t bytes_;
  std::uint32_t before_;
  char* view_ = nullptr;
  std::vector<char> outer_;
  std::vector<char> filled_;
};

double thread_seconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// A stack's frames from the outermost one inward, each of which is in the memo.
void trace_memo_hit(benchmark::State& state) {
  constexpr std::int64_t kDepth = 16;
  FilledTable table(0, kDepth);
  std::vector<char> buffer(TraceMemo::kBufferBytes);
  TraceMemo memo = {};
  memo.set_up(buffer.data());
  wire::TraceIndex spare = 0;
  while (state.KeepRunningBatch(kDepth)) {
    wire::TraceIndex trace = 0;
    for (std::uint64_t i = 0; i < kDepth; ++i) trace = memo.intern(trace, key_of(i), spare);
    benchmark::DoNotOptimize(trace);
  }
}
BENCHMARK(trace_memo_hit);

void trace_table_hit(benchmark::State& state) {
  FilledTable table(static_cast<std::uint32_t>(state.range(0)), 0);
  const std::vector<Step> steps = table.some(kSteps);
  const std::uint32_t count = FilledTable::count();
  wire::TraceIndex spare = 0;
  std::size_t i = 0;
  for (auto _ : state) {
    const Step& step = steps[i++ % steps.size()];
    benchmark::DoNotOptimize(preload::intern(step.parent, step.key, spare));
  }
  if (FilledTable::count() != count) state.SkipWithError("a trace was not there");
}
BENCHMARK(trace_table_hit)->ArgName("traces")->Arg(1'000)->Arg(800'000);

// So few at a time that the table stays about as full as it is; the memory for them is there.
void trace_table_insert(benchmark::State& state) {
  const auto traces = static_cast<std::uint32_t>(state.range(0));
  const std::uint32_t at_once = std::min(traces / 2, 100'000u);
  FilledTable table(traces, at_once);
  const std::uint32_t count = FilledTable::count();
  const std::vector<Step> steps = table.others(kSteps);
  wire::TraceIndex spare = 0;
  std::size_t next = 0;
  const auto insert = [&] {
    if (next + at_once > steps.size()) next = 0;
    for (const Step& step : std::span(steps).subspan(next, at_once)) {
      preload::intern(step.parent, step.key, spare);
    }
    next += at_once;
  };
  insert();
  while (state.KeepRunningBatch(at_once)) {
    table.rewind();
    const double begin = thread_seconds();
    insert();
    state.SetIterationTime(thread_seconds() - begin);
    if (FilledTable::count() != count + at_once) state.SkipWithError("a trace was there");
  }
}
BENCHMARK(trace_table_insert)->ArgName("traces")->Arg(1'000)->Arg(800'000)->UseManualTime();

// Places in libc whose frames have a rule, no two of which share an entry of the memo.
std::vector<CodeKey> code_keys(RuleMemo& memo) {
  constexpr std::size_t kKeys = 64;
  std::vector<CodeKey> keys;
  std::vector<const Rule*> entries;
  for (auto pc = reinterpret_cast<std::uint64_t>(&std::qsort); keys.size() < kKeys; pc += 64) {
    const CodeKey key = code_key(pc, false);
    const Rule& rule = memo.rule_for(key);
    if (rule.kind != RuleKind::kStackPointer) continue;
    if (std::find(entries.begin(), entries.end(), &rule) != entries.end()) continue;
    keys.push_back(key);
    entries.push_back(&rule);
  }
  for (const CodeKey key : keys) memo.rule_for(key);
  return keys;
}

class Rules {
 public:
  Rules() : buffer_(RuleMemo::kBufferBytes + kUnwindStackBytes + 64) {
    auto* top = reinterpret_cast<char*>(
        reinterpret_cast<std::uintptr_t>(buffer_.data() + buffer_.size()) / 64 * 64);
    memo_.set_up(buffer_.data(), top);
    memo_.forget_unloaded();
    keys_ = code_keys(memo_);
  }
  RuleMemo& memo() { return memo_; }
  const std::vector<CodeKey>& keys() const { return keys_; }
  std::int64_t count() const { return static_cast<std::int64_t>(keys_.size()); }

 private:
  std::vector<char> buffer_;
  RuleMemo memo_ = {};
  std::vector<CodeKey> keys_;
};

void rule_memo_hit(benchmark::State& state) {
  Rules rules;
  while (state.KeepRunningBatch(rules.count())) {
    for (const CodeKey key : rules.keys()) {
      benchmark::DoNotOptimize(rules.memo().rule_for(key).cfa_offset);
    }
  }
}
BENCHMARK(rule_memo_hit);

void rule_cache_hit(benchmark::State& state) {
  const Rules rules;
  while (state.KeepRunningBatch(rules.count())) {
    for (const CodeKey key : rules.keys()) {
      Rule rule;
      if (!g_rules.find_fresh(key, rule)) state.SkipWithError("a rule is missing");
      benchmark::DoNotOptimize(rule.cfa_offset);
    }
  }
}
BENCHMARK(rule_cache_hit);

// What nobody has asked for before: libunwind reads the call-frame information.
void rule_derived(benchmark::State& state) {
  const Rules rules;
  while (state.KeepRunningBatch(rules.count())) {
    for (const CodeKey key : rules.keys()) benchmark::DoNotOptimize(derive_rule(key >> 1, false));
  }
}
BENCHMARK(rule_derived);

}  // namespace
