// RecordingBuilder: recordings made in memory, for tests of what is asked of them.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/profile/mark_leaks.h"
#include "core/profile/snapshot.h"
#include "core/recording/reader.h"

namespace heaptally {

// Starts as a finished recording of one process with module "/bin/program" and the thread main
// (100), in which nothing was allocated.
class RecordingBuilder {
 public:
  static constexpr ModuleId kProgram{1};

  RecordingBuilder() {
    data.header.complete = true;
    data.header.duration = std::chrono::seconds(10);
    data.header.peak_time = std::chrono::milliseconds(2500);
    data.header.command = {"program", "an argument"};
    process(100, "program");
    data.modules.push_back({.id = kNoModule, .path = "", .build_id = "", .debug = ""});
    module("/bin/program");
    task("main", 100);
    frame({});
    data.traces.push_back({});
  }

  // The n-th process image starts after n seconds, counting from 0, and runs for one.
  ProcessId process(std::int32_t pid, std::string command, std::int32_t parent_pid = 0) {
    const auto id = ProcessId(data.processes.size());
    Process& process = data.processes.emplace_back();
    process.id = id;
    process.pid = pid;
    process.parent_pid = parent_pid;
    process.command = std::move(command);
    process.start = std::chrono::seconds(index_of(id));
    process.end = process.start + std::chrono::seconds(1);
    process.exit_status = 0;
    return id;
  }

  // The process of `before` executes another program.
  ProcessId execute(ProcessId before, std::string command) {
    const Process& image = data.processes[index_of(before)];
    const ProcessId id = process(image.pid, std::move(command), image.parent_pid);
    data.processes[index_of(before)].exit_status = kUnknownExit;
    data.processes[index_of(id)].previous = before;
    return id;
  }

  ModuleId module(std::string path) {
    const auto id = ModuleId(data.modules.size());
    data.modules.push_back({.id = id, .path = std::move(path), .build_id = "", .debug = "dwarf"});
    return id;
  }

  TaskId task(std::string name, std::int32_t tid, std::uint32_t threads = 1,
              ProcessId process = {}) {
    const auto id = TaskId(data.tasks.size());
    data.tasks.push_back(
        {.id = id, .process = process, .tid = tid, .name = std::move(name), .threads = threads});
    return id;
  }

  // `locations`: innermost inlined call first; none if the address is not resolved.
  FrameId frame(std::vector<Location> locations, ModuleId module = kProgram,
                FrameKind kind = FrameKind::kReturnAddress) {
    const auto id = FrameId(data.frames.size());
    data.frames.push_back(
        {.id = id, .module = module, .address = 0x1000 + 16 * index_of(id), .kind = kind});
    data.locations.push_back(std::move(locations));
    return id;
  }

  FrameId line(std::string file, std::uint32_t line, std::string function = "function") {
    return frame({{.function = std::move(function), .file = std::move(file), .line = line}});
  }

  FrameId symbol(std::string function, std::uint64_t offset, ModuleId module = kProgram) {
    return frame({{.function = std::move(function), .file = "", .symbol_offset = offset}}, module);
  }

  // A new trace of these frames, oldest first; shares nothing with those before.
  TraceId trace(const std::vector<FrameId>& frames) {
    TraceId last = kRootTrace;
    for (const FrameId frame : frames) {
      const auto id = TraceId(data.traces.size());
      data.traces.push_back({.id = id, .parent = last, .frame = frame});
      last = id;
    }
    return last;
  }

  // Blocks that are live at the peak and at the end; none of them is temporary.
  TallyId allocate(TraceId trace, Amount amount, TaskId task = {}, SizeClass size_class = {}) {
    return tally(trace,
                 {.total = amount,
                  .temporary = {},
                  .live_at_end = amount,
                  .live_at_peak = amount,
                  .live_at_process_peak = amount,
                  .lifetimes = {}},
                 task, size_class);
  }

  TallyId tally(TraceId trace, TallyTotals totals, TaskId task = {}, SizeClass size_class = {}) {
    totals.id = TallyId(data.tallies.size());
    data.tallies.push_back(
        {.id = totals.id, .trace = trace, .task = task, .size_class = size_class});
    data.totals.push_back(totals);
    return totals.id;
  }

  // Buckets are added in order of time; times in milliseconds.
  void bucket(int start, int width, std::vector<TallyDelta> deltas) {
    buckets.push_back({.start = std::chrono::milliseconds(start),
                       .width = std::chrono::milliseconds(width),
                       .max_live_bytes = 0,
                       .deltas = std::move(deltas)});
  }

  BucketSource timeline() const {
    return [this](const BucketVisitor& visit) {
      for (const Bucket& bucket : buckets) {
        if (!visit(bucket)) return;
      }
    };
  }

  CrossingSource crossed() const {
    return [this](const CrossingVisitor& visit) {
      for (const Crossing& crossing : crossings) {
        if (!visit(crossing)) return;
      }
    };
  }

  RecordingData data;
  std::vector<Bucket> buckets;
  std::vector<Crossing> crossings;
};

}  // namespace heaptally
