// How many events a second the collector keeps up with: its parts, and all of it over real rings.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "core/collect/event_tally.h"
#include "core/collect/live_table.h"
#include "core/collect/ring_merger.h"
#include "core/collect/tallies.h"
#include "core/collect/timeline_cutter.h"
#include "tests/collect/ring_of_events.h"

namespace {

using namespace heaptally;

constexpr std::uint64_t kFirstAddress = 0x5500'0000'0000;
constexpr std::uint64_t kTicksAnEvent = 40;
constexpr std::size_t kEventsAtOnce = 4096;
constexpr std::size_t kFewestEvents = 1 << 18;  // more than what a branch predictor learns by heart
// The sizes that a trace asks for: 1 to 64 bytes, seven classes.
constexpr std::uint64_t size_of(std::uint64_t i) { return i % 64 + 1; }

// Frees and allocations by turns of `live` blocks, in no order that a cache knows: what is freed
// is chosen at random, and what is allocated lies elsewhere. After all of them the same blocks are
// live as before the first, so that they can be repeated.
class Workload {
 public:
  Workload(std::size_t live, std::size_t traces) : traces_(traces) {
    std::mt19937_64 random(live);
    std::vector<std::uint64_t> places(live + live / 4);
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = kFirstAddress + 32 * i;
    std::shuffle(places.begin(), places.end(), random);
    first_.assign(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(live));
    const std::vector<std::uint64_t> others(places.begin() + static_cast<std::ptrdiff_t>(live),
                                            places.end());
    while (events_.size() < kFewestEvents) {
      std::vector<std::uint64_t> some = first_;
      std::shuffle(some.begin(), some.end(), random);
      some.resize(others.size());
      replace(some, others);
      replace(others, some);
    }
  }

  const std::vector<std::uint64_t>& first() const { return first_; }
  const std::vector<wire::Event>& events() const { return events_; }
  wire::Event allocation(std::uint64_t address, std::uint64_t i) const {
    return make_event(wire::EventKind::kAllocate, 0, address, size_of(i),
                      static_cast<wire::TraceIndex>(i % traces_ + 1));
  }

 private:
  void replace(const std::vector<std::uint64_t>& freed, const std::vector<std::uint64_t>& made) {
    for (std::size_t i = 0; i < freed.size(); ++i) {
      events_.push_back(make_event(wire::EventKind::kFree, 0, freed[i]));
      events_.push_back(allocation(made[i], i));
    }
  }

  std::size_t traces_;
  std::vector<std::uint64_t> first_;
  std::vector<wire::Event> events_;
};

// What the collector has behind the merger, for one process.
class Behind : public ProcessEvents {
 public:
  explicit Behind(std::size_t traces) {
    Process row;
    row.pid = 1;
    process_.row = table_.begin(row, "program");
    process_.program = "program";
    process_.family = &family_;
    family_.set_process(0, &process_);
    for (std::size_t i = 1; i <= traces; ++i) {
      write_node(family_.memory(), static_cast<wire::TraceIndex>(i),
                 wire::frame_key(0x1000 + 16 * i, 0, wire::FrameKind::kReturnAddress), 0);
    }
    events_.on_time([this](Nanoseconds now) { close_bucket(now); }, timeline_.end());
    stamp_ = clock_.now();
  }

  TrackedProcess* process_of(ImageFamily& family, std::uint32_t block) override {
    return family.process(block);
  }
  void note(const TrackedProcess&, const PendingNote&, std::uint64_t) override {}
  ImageFamily& family(std::uint32_t) override { return family_; }

  void apply(const wire::Event& event) {
    const MergedEvent merged = {event, 0, 0};
    events_.apply({&merged, 1});
  }
  void begin(const Workload& workload) {
    apply(thread_begin(next_stamp(), 1, "one"));
    std::uint64_t i = 0;
    for (const std::uint64_t address : workload.first()) {
      wire::Event event = workload.allocation(address, i++);
      event.stamp = next_stamp();
      apply(event);
    }
  }

  std::uint64_t next_stamp() { return stamp_ += kTicksAnEvent; }
  EventTally& events() { return events_; }
  SharedMemory& memory() { return family_.memory(); }

 private:
  void close_bucket(Nanoseconds now) {
    timeline_.close(now);
    events_.call_at(timeline_.end());
    timeline_.take();
  }

  TickClock clock_;
  TraceStore traces_;
  ProcessTable table_;
  TaskTable tasks_{table_};
  Tallies tallies_;
  TimelineCutter timeline_{tallies_};
  DomainTable domains_;
  EventTally events_{clock_, traces_, tasks_, tallies_, domains_, *this};
  ImageFamily family_{0, std::make_unique<SharedMemory>(SharedMemoryOptions{})};
  TrackedProcess process_;
  std::uint64_t stamp_ = 0;
};

// Of the thread's own time, so that a busy machine does not matter much.
class Stopwatch {
 public:
  double seconds() const { return now() - start_; }

 private:
  static double now() {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }

  double start_ = now();
};

void live_table(benchmark::State& state) {
  const Workload workload(static_cast<std::size_t>(state.range(0)), 1);
  LiveTable table;
  LiveBlock former;
  for (const std::uint64_t address : workload.first()) table.insert({address, 0, {}, {}}, former);
  for (auto _ : state) {
    for (const wire::Event& event : workload.events()) {
      LiveBlock block;
      if (event.kind == wire::EventKind::kFree) {
        if (!table.remove(event.address, block)) state.SkipWithError("a block is missing");
      } else {
        table.insert({event.address, event.size, {}, {}}, former);
      }
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * workload.events().size()));
}
BENCHMARK(live_table)->ArgName("live")->Arg(1'000)->Arg(1'000'000);

void tallies(benchmark::State& state) {
  const auto keys = static_cast<std::uint32_t>(state.range(0));
  Tallies tallies;
  ProcessTally process;
  std::vector<TallyId> ids;
  for (std::uint32_t i = 0; i < keys; ++i) {
    ids.push_back(tallies.tally_of(TraceId{i}, TaskId{0}, SizeClass{6}));
  }
  // One block stays, so that there is a peak that most allocations do not exceed.
  tallies.allocate(ids[0], 1'000, Nanoseconds(0), process);
  tallies.free(ids[0], 900, Nanoseconds(0), Nanoseconds(0), false, process);
  std::size_t i = 0;
  for (auto _ : state) {
    tallies.allocate(ids[i], 40, Nanoseconds(1), process);
    tallies.free(ids[i], 40, Nanoseconds(0), Nanoseconds(50), false, process);
    if (++i == ids.size()) i = 0;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(2 * state.iterations()));
}
BENCHMARK(tallies)->ArgName("keys")->Arg(1)->Arg(1'000);

// EventTally with the timeline, from events that lie in a buffer.
void apply(benchmark::State& state) {
  const Workload workload(static_cast<std::size_t>(state.range(0)),
                          static_cast<std::size_t>(state.range(1)));
  Behind behind(static_cast<std::size_t>(state.range(1)));
  behind.begin(workload);
  const std::vector<wire::Event>& all = workload.events();
  std::vector<MergedEvent> batch;
  std::size_t next = 0;
  std::int64_t done = 0;
  for (auto _ : state) {
    const std::size_t count = std::min(kEventsAtOnce, all.size() - next);
    batch.clear();
    for (std::size_t i = next; i < next + count; ++i) {
      batch.push_back({all[i], 0, 0});
      batch.back().event.stamp = behind.next_stamp();
    }
    next = next + count == all.size() ? 0 : next + count;
    const Stopwatch watch;
    behind.events().apply(batch);
    state.SetIterationTime(watch.seconds());
    done += static_cast<std::int64_t>(count);
  }
  state.SetItemsProcessed(done);
  if (behind.events().counts().unknown_frees + behind.events().counts().inferred_frees != 0) {
    state.SkipWithError("frees and allocations do not match");
  }
}
BENCHMARK(apply)
    ->ArgNames({"live", "traces"})
    ->ArgsProduct({{1'000, 1'000'000}, {1, 1'000}})
    ->UseManualTime();

// From full rings to tallies. Each ring gets events in the same order; whose turn it is, chance
// says, as with threads that are busy at the same time.
void drain(benchmark::State& state) {
  const auto rings = static_cast<std::uint32_t>(state.range(0));
  const auto traces = static_cast<std::size_t>(state.range(2));
  const Workload workload(static_cast<std::size_t>(state.range(1)), traces);
  Behind behind(traces);
  std::vector<TestRing> producers;
  for (std::uint32_t i = 0; i < rings; ++i) producers.emplace_back(behind.memory(), i);
  RingMerger merger(/*slack=*/0, /*stuck_after=*/~std::uint64_t{0});
  merger.add(behind.memory(), 0);
  const RingMerger::Sink sink = [&](std::span<const MergedEvent> events) {
    behind.events().apply(events);
  };
  behind.begin(workload);
  for (std::uint32_t i = 0; i < rings; ++i) {
    producers[i].send(thread_begin(behind.next_stamp(), 10 + i, "busy"));
  }
  std::mt19937 random(1);
  std::vector<std::uint32_t> turns(4096);
  for (std::uint32_t& turn : turns) turn = static_cast<std::uint32_t>(random() % rings);
  std::size_t next = 0, turn = 0;
  std::int64_t done = 0;
  for (auto _ : state) {
    std::uint64_t stamp = 0;
    for (std::size_t i = 0; i < wire::kRingSlots / 2 * rings; ++i) {
      wire::Event event = workload.events()[next];
      next = next + 1 == workload.events().size() ? 0 : next + 1;
      turn = (turn + 1) % turns.size();
      TestRing* ring = &producers[turns[turn]];
      if (!ring->has_room()) std::abort();
      event.stamp = stamp = behind.next_stamp();
      ring->send(event);
    }
    const Stopwatch watch;
    const std::size_t drained = merger.drain(stamp + 1, sink);
    state.SetIterationTime(watch.seconds());
    done += static_cast<std::int64_t>(drained);
  }
  state.SetItemsProcessed(done);
  if (behind.events().counts().unknown_frees + behind.events().counts().inferred_frees != 0) {
    state.SkipWithError("frees and allocations do not match");
  }
}
BENCHMARK(drain)
    ->ArgNames({"rings", "live", "traces"})
    ->ArgsProduct({{1, 2}, {1'000, 1'000'000}, {1, 1'000}})
    ->UseManualTime();

}  // namespace

BENCHMARK_MAIN();
