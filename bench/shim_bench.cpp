// What the parts of the shim cost: capturing a stack, writing to the ring. What the tables cost
// that it looks things up in is in shim_tables_bench.cpp.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <cstdio>

#include "bench/shim_session.h"
#include "core/base/error.h"
#include "preload/hook.h"
#include "preload/recorder.h"
#include "preload/verification.h"

namespace {

using namespace heaptally;
using namespace heaptally::preload;

// A recursion: so many frames that stay, in the innermost one of which the benchmark's loop runs,
// and inward of it so many that each round leaves and enters anew, through two functions by turns.
// From the last one something is called that stands for a hook.
struct Calls {
  using Function = void (*)(Calls&);

  benchmark::State* state;
  Channel* channel;
  Function hook;
  std::uint32_t frames_left;  // to be entered before `last`
  Function last;
  Function deeper;
  std::uint32_t changed;
  bool is_known_way;  // else only the outermost of those that changed is another function
  wire::TraceIndex trace;
  LibunwindStack* stack;  // what verify_here compares with
  std::uint32_t wrong;
};

// Each `which` has return addresses of its own, in frames of the same size.
template <int which>
[[gnu::noinline]] void frame(Calls& calls) {
  char locals[40];
  asm volatile("# frame %1" : : "r"(locals), "i"(which) : "memory");
  if (calls.frames_left == 0) {
    calls.last(calls);
  } else {
    --calls.frames_left;
    calls.deeper(calls);
  }
  asm volatile("" : : : "memory");
}

[[gnu::noinline]] void enter(Calls& calls, std::uint32_t round) {
  constexpr Calls::Function kFrames[] = {frame<1>, frame<2>};
  Calls::Function first = calls.hook;
  if (calls.changed != 0) {
    first = kFrames[round & 1];
    calls.deeper = calls.is_known_way ? first : frame<3>;
    calls.last = calls.hook;
    calls.frames_left = calls.changed - 1;
  }
  first(calls);
  asm volatile("" : : : "memory");
}

[[gnu::noinline]] void call_nothing(Calls& calls) {
  asm volatile("" : : "r"(__builtin_frame_address(0)), "r"(&calls) : "memory");
}

[[gnu::noinline]] void capture_here(Calls& calls) {
  calls.trace = calls.channel->capture(caller_of(HEAPTALLY_HOOK_FRAME));
}

[[gnu::noinline]] void capture_cold_here(Calls& calls) {
  calls.channel->begin_thread();
  calls.trace = calls.channel->capture(caller_of(HEAPTALLY_HOOK_FRAME));
}

// And is that what libunwind finds?
[[gnu::noinline]] void verify_here(Calls& calls) {
  alignas(64) static char private_stack[kUnwindStackBytes];
  const Registers start = caller_of(HEAPTALLY_HOOK_FRAME);
  calls.trace = calls.channel->capture(start);
  FullRegisters here;
  heaptally_capture_registers(&here);
  calls.stack->count = calls.stack->certain = 0;
  walk_with_libunwind(here, start, *calls.stack, private_stack + sizeof(private_stack));
  if (calls.trace == 0 || !is_same_stack(calls.trace, *calls.stack)) ++calls.wrong;
}

[[gnu::noinline]] void record_here(Calls& calls) {
  const void* hook_frame = HEAPTALLY_HOOK_FRAME;
  record_allocation(&calls, sizeof(calls), hook_frame);
  ShimSession::instance().count_event();
  record_free(&calls, hook_at(hook_frame).caller, hook_frame);
  ShimSession::instance().count_event();
}

// Each round is one call of the hook. Afterwards two more, to see that stacks are what they are.
[[gnu::noinline]] void run_rounds(Calls& calls) {
  std::uint32_t round = 0;
  for (auto _ : *calls.state) enter(calls, ++round);
  std::array<wire::FrameKey, 1024> frames;
  LibunwindStack stack = {frames.data(), frames.size()};
  calls.stack = &stack;
  calls.hook = verify_here;
  std::array<wire::TraceIndex, 3> traces;
  for (wire::TraceIndex& trace : traces) {
    enter(calls, ++round);
    trace = calls.trace;
  }
  const bool has_changed = traces[0] != traces[1];
  if (calls.wrong != 0) calls.state->SkipWithError("a stack is not what libunwind says");
  if (traces[0] != traces[2] || has_changed != (calls.changed != 0)) {
    calls.state->SkipWithError("stacks do not change as they ought to");
  }
  calls.state->counters["frames"] = stack.count;
}

// `depth` frames, of which `changed` are new in each round; beside those, the benchmark's own.
void recurse(benchmark::State& state, Calls::Function hook, bool is_known_way) {
  ShimSession& session = ShimSession::instance();
  session.order_stamps(false);
  session.drain();
  Calls calls = {};
  calls.state = &state;
  calls.channel = &session.channel();
  calls.hook = hook;
  calls.is_known_way = is_known_way;
  calls.changed = static_cast<std::uint32_t>(state.range(1));
  calls.frames_left = static_cast<std::uint32_t>(state.range(0)) - calls.changed;
  calls.last = run_rounds;
  calls.deeper = frame<0>;
  if (calls.frames_left == 0) return run_rounds(calls);
  --calls.frames_left;
  frame<0>(calls);
}

void depths_and_changes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"depth", "changed"});
  for (const std::int64_t depth : {4, 16, 64}) {
    for (const std::int64_t changed : {0, 1, 2, 4, 8}) {
      if (changed <= depth) benchmark->Args({depth, changed});
    }
  }
}

BENCHMARK_CAPTURE(recurse, calls, call_nothing, true)->Name("calls")->Apply(depths_and_changes);
BENCHMARK_CAPTURE(recurse, capture, capture_here, true)->Name("capture")->Apply(depths_and_changes);
// The way from the frames that stay to the innermost one is kept, and found by that one; here it is
// never the one that was kept, so the stack is walked.
BENCHMARK_CAPTURE(recurse, capture_other_way, capture_here, false)
    ->Name("capture_other_way")
    ->ArgNames({"depth", "changed"})
    ->ArgsProduct({{16, 64}, {2, 4, 8}});
BENCHMARK_CAPTURE(recurse, capture_cold, capture_cold_here, true)
    ->Name("capture_cold")
    ->ArgNames({"depth", "changed"})
    ->ArgsProduct({{4, 16, 64}, {0}});
BENCHMARK_CAPTURE(recurse, record_pair, record_here, true)
    ->Name("record_pair")
    ->ArgNames({"depth", "changed"})
    ->ArgsProduct({{4, 16, 64}, {0, 2}});

void label_with_clock(benchmark::State& state) {
  ShimSession::instance().order_stamps(state.range(0) != 0);
  state.SetLabel(ShimSession::instance().clock_name());
}

void stamp(benchmark::State& state) {
  label_with_clock(state);
  for (auto _ : state) benchmark::DoNotOptimize(g_session.now());
}
BENCHMARK(stamp)->ArgName("ordered")->Arg(0)->Arg(1);

// One allocation event, as record_allocation() writes it.
void ring_write(benchmark::State& state) {
  label_with_clock(state);
  ShimSession& session = ShimSession::instance();
  session.drain();
  RingWriter& ring = session.channel().ring();
  std::uint64_t address = 0x5500'0000'0000;
  for (auto _ : state) {
    if (!ring.reserve(1)) {
      state.SkipWithError("the ring is full");
      break;
    }
    ring.open();
    ring.put(0, wire::EventKind::kAllocate, ring.stamp(), address += 64, 40, 1);
    ring.commit(1);
    session.count_event();
  }
}
BENCHMARK(ring_write)->ArgName("ordered")->Arg(0)->Arg(1);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  try {
    ShimSession::instance();
  } catch (const Error& error) {
    std::fprintf(stderr, "shim_bench: %s\n", error.what());
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
