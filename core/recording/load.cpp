#include "core/recording/load.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

#include "core/recording/delta_codec.h"
#include "core/recording/header_fields.h"

namespace heaptally {

namespace {

using sqlite::damaged;
using sqlite::Database;
using sqlite::Statement;

constexpr std::uint64_t kIdLimit = std::uint64_t{1} << 32;

// Calls read(row) for each row of `sql`, whose first column must count from 0. That
// also ends the walk through a damaged tree that leads around in circles.
template <class Read>
std::size_t scan_dense(Database& database, const char* sql, Read read) {
  Statement row(database, sql);
  std::uint64_t next = 0;
  while (row.step()) {
    if (row.word(0) != next || next >= kIdLimit) {
      throw damaged(database.subject(), "ids with gaps in: " + std::string(sql));
    }
    ++next;
    read(row);
  }
  return next;
}

std::int32_t small(Statement& row, int column) {
  const std::int64_t value = row.integer(column);
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(
      value, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
}

// A moment or a duration. What is computed with one in the range cannot overflow.
Nanoseconds time_of(Statement& row, int column) {
  return Nanoseconds(row.between(column, -kMostTime, kMostTime));
}

Header load_header(Database& database) {
  Header header;
  Statement row(database, "SELECT value FROM header WHERE key = ?1");
  for_each_header_field(header, [&]<class Value>(const char* key, Value& value) {
    row.start(std::string_view(key));
    // A build that knew fewer keys wrote the file: the default holds. `complete` all had.
    if (!row.step()) {
      if (std::string_view(key) == "complete") {
        throw damaged(database.subject(), "an empty header");
      }
      return;
    }
    if constexpr (std::is_same_v<Value, Nanoseconds>) {
      value = time_of(row, 0);
    } else if constexpr (std::is_same_v<Value, std::string>) {
      value = row.text(0);
    } else if constexpr (std::is_same_v<Value, bool>) {
      value = row.integer(0) != 0;
    } else if constexpr (std::is_same_v<Value, int>) {
      value = small(row, 0);
    } else {
      value = static_cast<Value>(row.integer(0));
    }
  });
  scan_dense(database, "SELECT id, text FROM arguments ORDER BY id",
             [&](Statement& at) { header.command.emplace_back(at.text(1)); });
  return header;
}

// The columns of version 1 are the first of version 2; for the others it has their defaults.
constexpr const char* kSelectProcesses1 =
    "SELECT id, pid, parent_pid, command, start_ns, end_ns, exit_status, 0 AS origin,"
    " NULL AS previous, 1 AS processes, '' AS not_recorded, 0, 0, 0, 0, 0, 0, 0"
    " FROM processes ORDER BY id";
constexpr const char* kSelectProcesses2 =
    "SELECT id, pid, parent_pid, command, start_ns, end_ns, exit_status, origin, previous,"
    " processes, not_recorded, total_bytes, total_count, live_at_end_bytes, live_at_end_count,"
    " peak_bytes, peak_count, peak_time_ns FROM processes ORDER BY id";

void load_processes(Database& database, std::int64_t version, RecordingData& data) {
  constexpr auto kOrigins = static_cast<std::uint64_t>(Origin::kFork) + 1;
  scan_dense(database, version == 1 ? kSelectProcesses1 : kSelectProcesses2, [&](Statement& row) {
    const std::uint64_t id = row.word(0);
    Process& process = data.processes.emplace_back();
    process.id = static_cast<ProcessId>(id);
    process.pid = small(row, 1);
    process.parent_pid = small(row, 2);
    process.command = row.text(3);
    process.start = time_of(row, 4);
    process.end = time_of(row, 5);
    if (!row.is_null(6)) process.exit_status = small(row, 6);
    process.origin = static_cast<Origin>(row.below(7, kOrigins));
    if (!row.is_null(8)) process.previous = static_cast<ProcessId>(row.below(8, id));
    process.processes = static_cast<std::uint32_t>(row.below(9, kIdLimit));
    process.not_recorded = row.text(10);
    process.total = {row.word(11), row.word(12)};
    process.live_at_end = {row.word(13), row.word(14)};
    process.peak = {row.word(15), row.word(16)};
    process.peak_time = time_of(row, 17);
  });
}

// Before version 4 there was the heap, and what it amounts to is the header's.
void load_domains(Database& database, std::int64_t version, RecordingData& data) {
  const Header& header = data.header;
  if (version < 4) {
    data.domains.push_back({.id = kHeapDomain,
                            .name = "heap",
                            .total = header.total,
                            .live_at_end = header.live_at_end,
                            .peak = header.peak,
                            .peak_time = header.peak_time});
    return;
  }
  scan_dense(database,
             "SELECT id, name, total_bytes, total_count, live_at_end_bytes, live_at_end_count,"
             " peak_bytes, peak_count, peak_time_ns FROM domains ORDER BY id",
             [&](Statement& row) {
               Domain& domain = data.domains.emplace_back();
               domain.id = static_cast<DomainId>(row.word(0));
               domain.name = row.text(1);
               domain.total = {row.word(2), row.word(3)};
               domain.live_at_end = {row.word(4), row.word(5)};
               domain.peak = {row.word(6), row.word(7)};
               domain.peak_time = time_of(row, 8);
             });
  if (data.domains.empty()) throw damaged(database.subject(), "no domain 0");
}

constexpr const char* kSelectTasks1 =
    "SELECT id, process, tid, name, threads, 0, NULL FROM tasks ORDER BY id";
constexpr const char* kSelectTasks4 =
    "SELECT id, process, tid, name, threads, domain, heap_task FROM tasks ORDER BY id";

void load_tasks(Database& database, std::int64_t version, RecordingData& data) {
  scan_dense(database, version < 4 ? kSelectTasks1 : kSelectTasks4, [&](Statement& row) {
    const std::uint64_t id = row.word(0);
    Task& task = data.tasks.emplace_back();
    task.id = static_cast<TaskId>(id);
    task.process = static_cast<ProcessId>(row.below(1, data.processes.size()));
    task.tid = small(row, 2);
    task.name = row.text(3);
    task.threads = static_cast<std::uint32_t>(row.below(4, kIdLimit));
    task.domain = static_cast<DomainId>(row.below(5, data.domains.size()));
    if (!row.is_null(6)) task.heap_task = static_cast<TaskId>(row.below(6, id));
  });
}

void load_modules(Database& database, RecordingData& data) {
  scan_dense(database, "SELECT id, path, build_id, debug FROM modules ORDER BY id",
             [&](Statement& row) {
               Module& module = data.modules.emplace_back();
               module.id = static_cast<ModuleId>(row.word(0));
               module.path = row.text(1);
               module.build_id = row.text(2);
               module.debug = row.text(3);
             });
  if (data.modules.empty()) throw damaged(database.subject(), "no module 0");
}

void load_frames(Database& database, RecordingData& data) {
  constexpr auto kKinds = static_cast<std::uint64_t>(FrameKind::kCut) + 1;
  scan_dense(database, "SELECT id, module, address, kind FROM frames ORDER BY id",
             [&](Statement& row) {
               data.frames.push_back({static_cast<FrameId>(row.word(0)),
                                      static_cast<ModuleId>(row.below(1, data.modules.size())),
                                      row.word(2), static_cast<FrameKind>(row.below(3, kKinds))});
             });
}

void load_locations(Database& database, RecordingData& data) {
  std::vector<std::string> strings;
  scan_dense(database, "SELECT id, text FROM strings ORDER BY id",
             [&](Statement& row) { strings.emplace_back(row.text(1)); });

  data.locations.resize(data.frames.size());
  Statement row(database,
                "SELECT frame, depth, function, file, line, column, symbol_offset"
                " FROM locations ORDER BY frame, depth");
  std::size_t last = 0;
  while (row.step()) {
    const std::size_t frame = row.below(0, data.frames.size());
    std::vector<Location>& of_frame = data.locations[frame];
    if (frame < last || row.word(1) != of_frame.size()) {
      throw damaged(database.subject(), "the locations of a frame out of order");
    }
    last = frame;
    Location& location = of_frame.emplace_back();
    location.function = strings[row.below(2, strings.size())];
    location.file = strings[row.below(3, strings.size())];
    location.line = static_cast<std::uint32_t>(row.below(4, kIdLimit));
    location.column = static_cast<std::uint32_t>(row.below(5, kIdLimit));
    location.symbol_offset = row.word(6);
  }
}

void load_traces(Database& database, RecordingData& data) {
  scan_dense(database, "SELECT id, parent, frame FROM traces ORDER BY id", [&](Statement& row) {
    const auto id = static_cast<TraceId>(row.word(0));
    if (id == kRootTrace) {
      data.traces.emplace_back();
      return;
    }
    data.traces.push_back({id, static_cast<TraceId>(row.below(1, data.traces.size())),
                           static_cast<FrameId>(row.below(2, data.frames.size()))});
  });
  if (data.traces.empty()) throw damaged(database.subject(), "no root trace");
}

void load_tallies(Database& database, RecordingData& data) {
  scan_dense(database, "SELECT id, trace, task, size_class FROM tallies ORDER BY id",
             [&](Statement& row) {
               data.tallies.push_back({static_cast<TallyId>(row.word(0)),
                                       static_cast<TraceId>(row.below(1, data.traces.size())),
                                       static_cast<TaskId>(row.below(2, data.tasks.size())),
                                       static_cast<SizeClass>(row.below(3, kSizeClasses))});
             });
}

constexpr const char* kSelectTotals1 =
    "SELECT tally, total_bytes, total_count, temporary_bytes, temporary_count,"
    " live_at_end_bytes, live_at_end_count, live_at_peak_bytes, live_at_peak_count, lifetimes, 0, 0"
    " FROM totals ORDER BY tally";
constexpr const char* kSelectTotals2 =
    "SELECT tally, total_bytes, total_count, temporary_bytes, temporary_count,"
    " live_at_end_bytes, live_at_end_count, live_at_peak_bytes, live_at_peak_count, lifetimes,"
    " live_at_process_peak_bytes, live_at_process_peak_count FROM totals ORDER BY tally";

bool load_totals(Database& database, std::int64_t version, RecordingData& data) {
  data.totals.reserve(data.tallies.size());
  const std::size_t stored =
      scan_dense(database, version == 1 ? kSelectTotals1 : kSelectTotals2, [&](Statement& row) {
        TallyTotals& totals = data.totals.emplace_back();
        totals.id = static_cast<TallyId>(row.word(0));
        totals.total = {row.word(1), row.word(2)};
        totals.temporary = {row.word(3), row.word(4)};
        totals.live_at_end = {row.word(5), row.word(6)};
        totals.live_at_peak = {row.word(7), row.word(8)};
        totals.live_at_process_peak = {row.word(10), row.word(11)};
        if (!decode_lifetimes(row.blob(9), totals.lifetimes)) {
          throw damaged(database.subject(), "the lifetimes of a tally");
        }
      });
  if (stored == data.tallies.size()) return true;
  if (stored != 0) throw damaged(database.subject(), "not as many totals as tallies");
  data.totals.resize(data.tallies.size());
  for (std::size_t id = 0; id < data.totals.size(); ++id) {
    data.totals[id].id = static_cast<TallyId>(id);
  }
  return false;
}

void load_samples(Database& database, RecordingData& data) {
  scan_dense(database,
             "SELECT id, time_ns, rss_bytes, mapped_bytes, cpu_ns FROM samples ORDER BY id",
             [&](Statement& row) {
               data.samples.push_back({time_of(row, 1), row.word(2), row.word(3), time_of(row, 4)});
             });
}

void load_survivors(Database& database, std::int64_t version, RecordingData& data) {
  if (version < 3 || !data.header.complete) return;
  data.survivors.emplace();
  DeltaCodec codec;
  Statement row(database, "SELECT start_ns, deltas FROM survivors ORDER BY start_ns");
  while (row.step()) {
    Survivors& survivors = data.survivors->emplace_back();
    survivors.start = Nanoseconds(row.below(0, kMostTime));
    if (!codec.decode(row.blob(1), data.tallies.size(), survivors.amounts)) {
      throw damaged(database.subject(), "what was never freed");
    }
  }
}

// Version 3 was the first to have any.
void load_marks(Database& database, std::int64_t version, RecordingData& data) {
  if (version < 3) return;
  scan_dense(database, "SELECT id, time_ns, name, process FROM marks ORDER BY id",
             [&](Statement& row) {
               Mark& mark = data.marks.emplace_back();
               mark.time = Nanoseconds(row.below(1, kMostTime));
               mark.name = row.text(2);
               mark.process = static_cast<ProcessId>(row.below(3, data.processes.size()));
               const std::size_t before = data.marks.size() - 1;
               if (before != 0 && mark.time < data.marks[before - 1].time) {
                 throw damaged(database.subject(), "marks out of order");
               }
             });
}

}  // namespace

RecordingData load_tables(Database& database, std::int64_t version, bool& totals_stored) {
  RecordingData data;
  data.header = load_header(database);
  load_processes(database, version, data);
  load_domains(database, version, data);
  load_tasks(database, version, data);
  load_modules(database, data);
  load_frames(database, data);
  load_locations(database, data);
  load_traces(database, data);
  load_tallies(database, data);
  totals_stored = load_totals(database, version, data);
  load_survivors(database, version, data);
  load_samples(database, data);
  load_marks(database, version, data);
  return data;
}

}  // namespace heaptally
