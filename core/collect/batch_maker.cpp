#include "core/collect/batch_maker.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

namespace heaptally {

Header header_of_start(const std::vector<std::string>& command, const TickClock& clock) {
  Header header;
  header.command = command;
  header.working_directory = std::filesystem::current_path().string();
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  header.host = host;
  header.heaptally_version = HEAPTALLY_VERSION;
  header.start_unix_ns =
      std::chrono::system_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  header.clock = clock.name();
  return header;
}

void BatchMaker::collect_sources() {
  for (const auto& [number, family] : parts_.tree.families()) {
    for (auto& module : family->take_new_modules()) {
      sources_.push_back(
          {module.id, {module.path, module.build_id, module.pid, module.is_executable}});
    }
  }
}

bool BatchMaker::has_new_modules() const {
  return std::any_of(parts_.tree.families().begin(), parts_.tree.families().end(),
                     [](const auto& family) { return family.second->has_new_modules(); });
}

// The header with what was counted so far.
Header BatchMaker::header_now(const Header& start) const {
  Header header = start;
  header.duration = parts_.clock.elapsed();
  header.total = parts_.tallies.total();
  header.temporary = parts_.tallies.temporary();
  header.live_at_end = parts_.tallies.live_at_end();
  header.peak = parts_.tallies.peak();
  header.peak_time = parts_.tallies.peak_time();
  const EventCounts& events = parts_.events.counts();
  header.frees = events.frees;
  header.unknown_frees = events.unknown_frees;
  header.inherited_frees = events.inherited_frees;
  header.untraced_frees = events.untraced_frees;
  header.inferred_frees = events.inferred_frees;
  header.late_events = events.late;
  const DomainCounts& in_domains = parts_.events.domain_counts();
  header.domain_unknown_frees = in_domains.unknown_frees;
  header.domain_inferred_frees = in_domains.inferred_frees;
  const ShimCounts shim = parts_.tree.counts();
  header.lost_events = shim.lost_events + events.orphans;
  header.inner_events = shim.inner_events;
  header.cut_stacks = shim.cut_stacks;
  header.broken_stacks = shim.broken_stacks;
  header.fallbacks = shim.fallbacks;
  header.fallback_stacks = shim.fallbacks.total();
  header.unrecorded_processes = parts_.tree.unrecorded() + shim.unrecorded_forks;
  header.dropped_marks = parts_.timeline.dropped_marks();
  const CrossingTable& crossings = parts_.tallies.crossings();
  header.crossings_end = crossings.end().value_or(Nanoseconds{0});
  header.marks_after_crossings = crossings.marks_after_end();
  header.waited = shim.waited;
  header.nested_events = parts_.merger.counts().nested;
  header.rejected_events =
      parts_.merger.counts().rejected + events.damaged_traces + in_domains.damaged_traces;
  header.first_rss = parts_.sampler.first_rss();
  header.peak_rss = parts_.sampler.peak_rss();
  return header;
}

RecordingEnding BatchMaker::ending(const Header& start) const {
  RecordingEnding ending;
  ending.header = header_now(start);
  ending.header.exit_status = kUnknownExit;
  for (auto& [id, row] : parts_.tree.rows_now()) ending.processes.push_back(std::move(row));
  ending.bucket = parts_.timeline.bucket_so_far();
  ending.domains = parts_.domains.rows(ending.header);
  ending.totals = parts_.tallies.totals([this](TaskId id) {
    const Task& task = parts_.tasks.task(id);
    return task.domain == kHeapDomain
               ? parts_.tree.peak_number_now(task.process)
               : std::optional(parts_.domains.tally(task.domain).peak_number);
  });
  SurvivorTable survivors = parts_.tallies.survivor_table();
  if (!ending.bucket.deltas.empty()) {
    survivors.begin_after(ending.bucket.start, ending.bucket.start + ending.bucket.width);
  }
  parts_.tree.for_each_process([&](const TrackedProcess& process) {
    process.live.for_each(
        [&](const LiveBlock& block) { survivors.add(block.birth, block.tally, block.size); });
    DomainEvents::for_each_live(process,
                                [&](TallyId tally, std::uint64_t bytes, Nanoseconds birth) {
                                  survivors.add(birth, tally, bytes);
                                });
  });
  ending.survivors = survivors.all();
  return ending;
}

Batch BatchMaker::take(Header header) {
  Batch batch;
  batch.domains = parts_.domains.rows(header);
  batch.processes = parts_.table.take_changed();
  batch.tasks = parts_.tasks.take_changed();
  batch.modules = parts_.traces.take_new_modules();
  collect_sources();
  // Each module needs one.
  batch.sources.resize(batch.modules.size());
  for (NewSource& source : std::exchange(sources_, {})) {
    batch.sources.at(index_of(source.module) - index_of(batch.modules.front().id)) =
        std::move(source.source);
  }
  batch.frames = parts_.traces.take_new_frames();
  batch.traces = parts_.traces.take_new_traces();
  batch.keys = parts_.tallies.take_new_keys();
  batch.marks = parts_.timeline.take_marks();
  batch.crossings = parts_.timeline.take_crossings();
  batch.buckets = parts_.timeline.take();
  batch.samples = parts_.sampler.take();
  batch.events = parts_.log.take();
  batch.header = std::move(header);
  return batch;
}

}  // namespace heaptally
