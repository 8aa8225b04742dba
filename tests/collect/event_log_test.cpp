// The event log and all else that is recorded tell the same, whatever the events.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "core/collect/event_tally.h"
#include "core/collect/timeline_cutter.h"
#include "core/recording/writer.h"
#include "tests/collect/ring_of_events.h"
#include "tests/recording/log_agreement.h"

namespace heaptally {
namespace {

using wire::EventKind;

// A run of a parent and children of its, whose events are made at random, recorded into a file.
class EventLogTest : public testing::Test, public ProcessEvents {
 protected:
  static constexpr std::uint32_t kTraces = 12;
  static constexpr std::uint32_t kLanesOfProcess = 2;

  EventLogTest() {
    std::string name = (std::filesystem::temp_directory_path() / "heaptally-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    for (std::uint32_t i = 1; i <= kTraces; ++i) {
      write_node(family_.memory(), i, wire::frame_key(0x10 * i, 0, wire::FrameKind::kReturnAddress),
                 i / 2);
    }
    events_.log_to(&log_);
    events_.on_time([this](Nanoseconds now) { cut(now); }, cutter_.end());
    events_.on_mark([this](const TrackedProcess& process, const std::string& text) {
      cutter_.mark(text, process.row, events_.last_time());
      events_.call_at(cutter_.end());
    });
  }
  ~EventLogTest() override { std::filesystem::remove_all(folder_); }

  ImageFamily& family(std::uint32_t) override { return family_; }
  TrackedProcess* process_of(ImageFamily& family, std::uint32_t block) override {
    return family.process(block);
  }
  void note(const TrackedProcess&, const PendingNote&, std::uint64_t) override {}

  // As the collector does it.
  void cut(Nanoseconds now) {
    cutter_.advance(now);
    events_.call_at(cutter_.end());
    events_.not_before(now);
  }

  TrackedProcess& begin_process() {
    const auto block = static_cast<std::uint32_t>(processes_.size());
    TrackedProcess& process = *processes_.emplace_back(std::make_unique<TrackedProcess>());
    Process row;
    row.pid = static_cast<std::int32_t>(100 + block);
    process.row = table_.begin(row, "program");
    process.program = "program";
    process.family = &family_;
    process.block = block;
    process.number = block;
    process.is_forked = block != 0;
    family_.set_process(block, &process);
    for (std::uint32_t i = 0; i < kLanesOfProcess; ++i) {
      apply(thread_begin(stamp_, 1000 + i, "thread", static_cast<std::uint16_t>(block)),
            block * kLanesOfProcess + i);
    }
    return process;
  }
  void end_process(TrackedProcess& process) {
    const Amount live = process.tally.live;
    events_.end_process(process);
    Process& row = table_.change(process.row);
    row.total = process.tally.total;
    row.live_at_end = live;
    row.peak = process.tally.peak;
    row.peak_time = process.tally.peak_time;
    family_.set_process(process.block, nullptr);
  }

  void apply(const wire::Event& event, std::uint32_t lane) {
    const MergedEvent merged = {event, family_.number(), lane};
    events_.apply({&merged, 1});
  }
  void mark(std::uint32_t lane) {
    const auto kind = static_cast<std::uint64_t>(wire::NoteKind::kMark);
    apply(make_event(EventKind::kNote, stamp_, kind, 11, 1), lane);
    apply(make_event(EventKind::kText, stamp_, 'm'), lane);
  }

  // One step of a process's thread, some of them frees of what was never seen, allocations where
  // a block is live, events that come late, and several at one time.
  void step(std::mt19937_64& random, std::uint32_t process) {
    const auto lane =
        process * kLanesOfProcess + static_cast<std::uint32_t>(random() % kLanesOfProcess);
    if (random() % 4 != 0) stamp_ += clock_.ticks_of(Nanoseconds(random() % 4'000));
    const std::uint64_t late = random() % 200 == 0 ? clock_.ticks_of(Nanoseconds(5'000'000)) : 0;
    const std::uint64_t stamp = stamp_ - std::min(late, stamp_ - first_stamp_);
    const std::uint64_t address = 0x1000 + 16 * (random() % 200);
    const auto trace = static_cast<std::uint32_t>(1 + random() % kTraces);
    const std::uint64_t size = random() % 8 == 0 ? random() % 100'000 : random() % 40;
    if (random() % 8 == 0) return step_in_domain(random, lane, stamp, address, size);
    switch (random() % 5) {
      case 0:
        apply(make_event(EventKind::kReallocateFrom, stamp, address), lane);
        return apply(make_event(EventKind::kReallocateTo, stamp, address + 16, size, trace), lane);
      case 1:
      case 2:
        return apply(make_event(EventKind::kAllocate, stamp, address, size, trace), lane);
      default:
        return apply(make_event(EventKind::kFree, stamp, address), lane);
    }
  }

  // What is not of the heap is not in the log, and changes nothing there.
  void step_in_domain(std::mt19937_64& random, std::uint32_t lane, std::uint64_t stamp,
                      std::uint64_t address, std::uint64_t size) {
    const EventKind kind = random() % 2 == 0 ? EventKind::kDomainAllocate : EventKind::kDomainFree;
    wire::Event event = make_event(kind, stamp, address, size, 1);
    event.domain = wire::kFirstNamed;
    apply(event, lane);
  }

  // Everything into a file, as the collector's batches have it.
  std::filesystem::path write(std::size_t flushes) {
    const std::filesystem::path path = folder_ / "log.heaptally";
    RecordingWriter writer(path, true);
    for (const Process& process : table_.take_changed()) writer.put(process);
    for (const Domain& domain : domains_.rows({})) writer.put(domain);
    for (const Task& task : tasks_.take_changed()) writer.put(task);
    for (const Module& module : traces_.take_new_modules()) writer.put(module);
    writer.add(traces_.take_new_frames());
    writer.add(traces_.take_new_traces());
    writer.add(tallies_.take_new_keys());
    writer.add(cutter_.take_marks());
    for (const Bucket& bucket : cutter_.take()) writer.add(bucket);
    const std::vector<RawEvent> events = log_.take();
    for (std::size_t i = 0; i < flushes; ++i) {
      const std::size_t first = events.size() * i / flushes;
      const std::size_t last = events.size() * (i + 1) / flushes;
      writer.add(std::span(events).subspan(first, last - first));
      writer.flush();
    }
    Header header;
    header.has_log = true;
    header.duration = events_.last_time();
    header.total = tallies_.total();
    header.peak = tallies_.peak();
    header.peak_time = tallies_.peak_time();
    writer.put(header);
    writer.add(tallies_.totals([this](TaskId task) -> std::optional<std::uint64_t> {
      return processes_[index_of(tasks_.task(task).process)]->tally.peak_number;
    }));
    writer.add(tallies_.survivors());
    writer.finish();
    return path;
  }

  std::filesystem::path folder_;
  TickClock clock_;
  TraceStore traces_;
  ProcessTable table_;
  TaskTable tasks_{table_};
  Tallies tallies_;
  DomainTable domains_;
  EventLogBuffer log_;
  EventTally events_{clock_, traces_, tasks_, tallies_, domains_, *this};
  TimelineCutter cutter_{tallies_};
  ImageFamily family_{0, std::make_unique<SharedMemory>(SharedMemoryOptions{})};
  std::vector<std::unique_ptr<TrackedProcess>> processes_;
  std::uint64_t first_stamp_ = clock_.now();
  std::uint64_t stamp_ = first_stamp_;
};

TEST_F(EventLogTest, AgreesWithTheTimelineAndAllTotals) {
  std::mt19937_64 random(20);
  begin_process();
  std::vector<std::uint32_t> running = {0};
  for (int i = 0; i < 120'000; ++i) {
    if (i % 20'000 == 10'000) {
      running.push_back(static_cast<std::uint32_t>(processes_.size()));
      begin_process();
    }
    if (i % 30'000 == 29'999) {
      end_process(*processes_[running.back()]);
      running.pop_back();
    }
    if (i % 7'000 == 6'999) mark(running.back() * kLanesOfProcess);
    // The collector has drained all up to now.
    if (i % 1'500 == 0) cut(clock_.since_start(stamp_));
    step(random, running[random() % running.size()]);
  }
  cutter_.close(clock_.since_start(stamp_) + Nanoseconds(1'000'000));
  events_.log_to(nullptr);
  for (const std::uint32_t process : running) end_process(*processes_[process]);
  ASSERT_GT(events_.counts().late, 100u);
  ASSERT_GT(events_.counts().inferred_frees, 100u);
  ASSERT_GT(events_.counts().unknown_frees, 100u);

  RecordingReader reader(write(7));
  EXPECT_EQ(reader.data().header.total, tallies_.total());
  EXPECT_EQ(test::disagreements(reader), std::vector<std::string>{});
}

// The comparison can fail.
TEST_F(EventLogTest, AMissingEventIsNoticed) {
  std::mt19937_64 random(21);
  begin_process();
  for (int i = 0; i < 1'000; ++i) step(random, 0);
  cutter_.close(clock_.since_start(stamp_) + Nanoseconds(1'000'000));
  events_.log_to(nullptr);
  end_process(*processes_[0]);
  std::vector<RawEvent> all = log_.take();
  ASSERT_EQ(all.back().kind() == LogKind::kEnded, false);
  all.pop_back();
  for (const RawEvent& event : all) log_.add(event);
  RecordingReader reader(write(1));
  EXPECT_FALSE(test::disagreements(reader).empty());
}

}  // namespace
}  // namespace heaptally
