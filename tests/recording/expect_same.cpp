#include "core/recording/header_fields.h"
#include "tests/recording/recording_fixture.h"

namespace heaptally::test {

namespace {

void expect_same_header(const Header& actual, const Header& expected) {
  EXPECT_EQ(actual.command, expected.command);
  // Both are walked in the same order, so the n-th field of one is that of the other.
  std::vector<std::string> fields;
  const auto print = [&](const char* key, const auto& value) {
    if constexpr (requires { value.count(); }) {
      fields.push_back(std::string(key) + "=" + std::to_string(value.count()));
    } else if constexpr (requires { value.size(); }) {
      fields.push_back(std::string(key) + "=" + value);
    } else {
      fields.push_back(std::string(key) + "=" + std::to_string(value));
    }
  };
  for_each_header_field(actual, print);
  const std::vector<std::string> actual_fields = std::move(fields);
  fields.clear();
  for_each_header_field(expected, print);
  EXPECT_EQ(actual_fields, fields);
}

void expect_same_run(const RecordingData& actual, const RecordingData& expected) {
  ASSERT_EQ(actual.processes.size(), expected.processes.size());
  for (std::size_t i = 0; i < expected.processes.size(); ++i) {
    const Process& a = actual.processes[i];
    const Process& b = expected.processes[i];
    EXPECT_EQ(std::tie(a.id, a.pid, a.parent_pid, a.origin, a.previous, a.command, a.start, a.end,
                       a.exit_status, a.processes, a.not_recorded),
              std::tie(b.id, b.pid, b.parent_pid, b.origin, b.previous, b.command, b.start, b.end,
                       b.exit_status, b.processes, b.not_recorded));
    EXPECT_EQ(std::tie(a.total, a.live_at_end, a.peak, a.peak_time),
              std::tie(b.total, b.live_at_end, b.peak, b.peak_time))
        << "of process " << i;
  }
  ASSERT_EQ(actual.tasks.size(), expected.tasks.size());
  for (std::size_t i = 0; i < expected.tasks.size(); ++i) {
    const Task& a = actual.tasks[i];
    const Task& b = expected.tasks[i];
    EXPECT_EQ(std::tie(a.id, a.process, a.tid, a.name, a.threads, a.domain, a.heap_task),
              std::tie(b.id, b.process, b.tid, b.name, b.threads, b.domain, b.heap_task));
  }
  ASSERT_EQ(actual.domains.size(), expected.domains.size());
  for (std::size_t i = 0; i < expected.domains.size(); ++i) {
    const Domain& a = actual.domains[i];
    const Domain& b = expected.domains[i];
    EXPECT_EQ(std::tie(a.id, a.name, a.total, a.live_at_end, a.peak, a.peak_time),
              std::tie(b.id, b.name, b.total, b.live_at_end, b.peak, b.peak_time));
  }
  ASSERT_EQ(actual.samples.size(), expected.samples.size());
  for (std::size_t i = 0; i < expected.samples.size(); ++i) {
    const Sample& a = actual.samples[i];
    const Sample& b = expected.samples[i];
    EXPECT_EQ(std::tie(a.time, a.rss, a.mapped, a.cpu), std::tie(b.time, b.rss, b.mapped, b.cpu));
  }
  ASSERT_EQ(actual.marks.size(), expected.marks.size());
  for (std::size_t i = 0; i < expected.marks.size(); ++i) {
    const Mark& a = actual.marks[i];
    const Mark& b = expected.marks[i];
    EXPECT_EQ(std::tie(a.name, a.time, a.process), std::tie(b.name, b.time, b.process));
  }
}

void expect_same_code(const RecordingData& actual, const RecordingData& expected) {
  ASSERT_EQ(actual.modules.size(), expected.modules.size());
  for (std::size_t i = 0; i < expected.modules.size(); ++i) {
    const Module& a = actual.modules[i];
    const Module& b = expected.modules[i];
    EXPECT_EQ(std::tie(a.id, a.path, a.build_id, a.debug),
              std::tie(b.id, b.path, b.build_id, b.debug));
  }
  ASSERT_EQ(actual.frames.size(), expected.frames.size());
  for (std::size_t i = 0; i < expected.frames.size(); ++i) {
    const Frame& a = actual.frames[i];
    const Frame& b = expected.frames[i];
    EXPECT_EQ(std::tie(a.id, a.module, a.address, a.kind),
              std::tie(b.id, b.module, b.address, b.kind));
  }
  EXPECT_EQ(actual.locations, expected.locations);
  ASSERT_EQ(actual.traces.size(), expected.traces.size());
  for (std::size_t i = 0; i < expected.traces.size(); ++i) {
    const Trace& a = actual.traces[i];
    const Trace& b = expected.traces[i];
    EXPECT_EQ(std::tie(a.id, a.parent, a.frame), std::tie(b.id, b.parent, b.frame));
  }
}

void expect_same_tallies(const RecordingData& actual, const RecordingData& expected) {
  ASSERT_EQ(actual.tallies.size(), expected.tallies.size());
  for (std::size_t i = 0; i < expected.tallies.size(); ++i) {
    const TallyKey& a = actual.tallies[i];
    const TallyKey& b = expected.tallies[i];
    EXPECT_EQ(std::tie(a.id, a.trace, a.task, a.size_class),
              std::tie(b.id, b.trace, b.task, b.size_class));
  }
  ASSERT_EQ(actual.totals.size(), expected.totals.size());
  for (std::size_t i = 0; i < expected.totals.size(); ++i) {
    const TallyTotals& a = actual.totals[i];
    const TallyTotals& b = expected.totals[i];
    EXPECT_EQ(std::tie(a.id, a.total, a.temporary, a.live_at_end, a.live_at_peak,
                       a.live_at_process_peak, a.lifetimes),
              std::tie(b.id, b.total, b.temporary, b.live_at_end, b.live_at_peak,
                       b.live_at_process_peak, b.lifetimes));
  }
}

void expect_same_amounts(const std::vector<TallyAmount>& actual,
                         const std::vector<TallyAmount>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(actual[i].id, expected[i].id);
    EXPECT_EQ(actual[i].amount, expected[i].amount);
  }
}

void expect_same_survivors(const std::vector<Survivors>& actual,
                           const std::vector<Survivors>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(actual[i].start, expected[i].start);
    expect_same_amounts(actual[i].amounts, expected[i].amounts);
  }
}

}  // namespace

void expect_same(const RecordingData& actual, const RecordingData& expected) {
  expect_same_header(actual.header, expected.header);
  expect_same_run(actual, expected);
  expect_same_code(actual, expected);
  expect_same_tallies(actual, expected);
  ASSERT_EQ(actual.survivors.has_value(), expected.survivors.has_value());
  if (expected.survivors) expect_same_survivors(*actual.survivors, *expected.survivors);
  EXPECT_EQ(actual.knows_crossings, expected.knows_crossings);
  EXPECT_EQ(actual.exact_process_peaks, expected.exact_process_peaks);
}

void expect_same(const std::vector<Crossing>& actual, const std::vector<Crossing>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    SCOPED_TRACE("crossing " + std::to_string(i));
    EXPECT_EQ(actual[i].since, expected[i].since);
    EXPECT_EQ(actual[i].born, expected[i].born);
    expect_same_amounts(actual[i].amounts, expected[i].amounts);
  }
}

void expect_same(const std::vector<Bucket>& actual, const std::vector<Bucket>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    SCOPED_TRACE("bucket " + std::to_string(i));
    const Bucket& a = actual[i];
    const Bucket& b = expected[i];
    EXPECT_EQ(std::tie(a.start, a.width, a.max_live_bytes),
              std::tie(b.start, b.width, b.max_live_bytes));
    ASSERT_EQ(a.deltas.size(), b.deltas.size());
    for (std::size_t j = 0; j < b.deltas.size(); ++j) {
      EXPECT_EQ(
          std::tie(a.deltas[j].id, a.deltas[j].allocated, a.deltas[j].freed, a.deltas[j].temporary),
          std::tie(b.deltas[j].id, b.deltas[j].allocated, b.deltas[j].freed,
                   b.deltas[j].temporary));
    }
  }
}

void expect_same(const std::vector<LogChunk>& actual, const std::vector<LogChunk>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const LogChunk &a = actual[i], &b = expected[i];
    EXPECT_EQ(std::tie(a.extent.first_event, a.extent.first_block, a.extent.start, a.extent.end),
              std::tie(b.extent.first_event, b.extent.first_block, b.extent.start, b.extent.end));
    ASSERT_EQ(a.events.size(), b.events.size());
    for (std::size_t j = 0; j < b.events.size(); ++j) {
      EXPECT_EQ(std::tie(a.events[j].time, a.events[j].block, a.events[j].kind),
                std::tie(b.events[j].time, b.events[j].block, b.events[j].kind));
    }
    ASSERT_EQ(a.blocks.size(), b.blocks.size());
    for (std::size_t j = 0; j < b.blocks.size(); ++j) {
      EXPECT_EQ(
          std::tie(a.blocks[j].birth, a.blocks[j].address, a.blocks[j].size, a.blocks[j].tally),
          std::tie(b.blocks[j].birth, b.blocks[j].address, b.blocks[j].size, b.blocks[j].tally));
    }
  }
}

}  // namespace heaptally::test
