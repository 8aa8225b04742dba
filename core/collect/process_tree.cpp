#include "core/collect/process_tree.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/collect/process_memory.h"
#include "core/collect/process_stats.h"
#include "wire/recordability.h"

namespace heaptally {

namespace {

// What an image has by now, of which its row, or that of several, knows nothing yet.
void add_amounts(const ProcessTally& tally, Process& row) {
  row.total += tally.total;
  row.live_at_end += tally.live;
  if (tally.peak.bytes > row.peak.bytes) {
    row.peak = tally.peak;
    row.peak_time = tally.peak_time;
  }
}

}  // namespace

TrackedProcess& ProcessTree::track(std::unique_ptr<TrackedProcess> process) {
  TrackedProcess& tracked = *processes_.emplace_back(std::move(process));
  tracked.number = next_process_++;
  tracked.family->set_process(tracked.block, &tracked);
  if (tracked.pid != 0) by_pid_[tracked.pid] = &tracked;
  return tracked;
}

// The row of a program that was executed; what its process ran before has ended.
Process ProcessTree::row_of(const Occurrence& occurrence) {
  Process row;
  row.pid = occurrence.pid;
  row.parent_pid = occurrence.parent_pid;
  row.command = occurrence.command;
  // A forked child may execute a program before it was noticed.
  find_forked();
  row.previous = execs_.replaced(occurrence.pid, occurrence.stamp);
  if (const auto old = by_pid_.find(occurrence.pid); old != by_pid_.end()) {
    if (!row.previous.has_value()) row.previous = rows_.individual(old->second->row);
    mark_ended(*old->second, occurrence.stamp);
  }
  return row;
}

void ProcessTree::image_arrived(Occurrence& occurrence) {
  Process row = row_of(occurrence);
  const std::uint32_t number = next_family_++;
  auto& family = families_[number];
  family = std::make_unique<ImageFamily>(number, std::move(occurrence.memory));
  family->command = row.command;
  family->begin_stamp = occurrence.stamp;
  merger_.add(family->memory(), number);

  auto process = std::make_unique<TrackedProcess>();
  process->pid = occurrence.pid;
  process->family = family.get();
  process->program = program_of(row.command);
  process->begin_stamp = occurrence.stamp;
  process->has_untraced = starts_stopped_;
  process->row = rows_.begin(std::move(row), occurrence.stamp);
  track(std::move(process));
}

void ProcessTree::not_followed(const Occurrence& occurrence) {
  ++unrecorded_count_;
  Process row = row_of(occurrence);
  row.not_recorded = occurrence.reason;
  row.end = clock_.since_start(occurrence.stamp);
  rows_.begin(std::move(row), occurrence.stamp);
}

void ProcessTree::find_forked() {
  for (const auto& [number, family] : families_) {
    // Matched by the release of the shim's claim.
    const std::uint32_t claims = family->memory().header().claims.load(std::memory_order_acquire);
    if (claims == family->claims_seen) continue;
    family->claims_seen = claims;
    find_forked(*family);
  }
}

void ProcessTree::find_forked(ImageFamily& family) {
  const std::uint32_t count = family.memory().process_count();
  for (std::uint32_t block = 0; block < count; ++block) {
    if (family.process(block) == nullptr) fork_found(family, block);
  }
}

// A block or a note that was scribbled on may name any process. To wait for one that is not of
// this recording, or twice for one that is, could take for ever.
bool ProcessTree::may_be_recorded(std::int32_t pid) const {
  static const std::uint64_t own_birth = birth_tick(getpid());
  if (pid <= 0 || pid == getpid() || by_pid_.contains(pid)) return false;
  const std::uint64_t birth = birth_tick(pid);
  return birth == 0 || birth >= own_birth;
}

void ProcessTree::fork_found(ImageFamily& family, std::uint32_t index) {
  const wire::ProcessBlock& block = family.memory().process(index);
  if (block.pid.load(std::memory_order_relaxed) == 0 ||
      // Matched by the release of the process that has claimed it.
      block.ready.load(std::memory_order_acquire) == 0 ||
      !is_plausible(block, family.begin_stamp, clock_.now())) {
    return;
  }
  const std::int32_t pid = visible_pid(
      static_cast<std::int32_t>(block.pid.load(std::memory_order_relaxed)), block.pid_namespace);
  if (pid != 0 && !may_be_recorded(pid)) return;
  // Its parent may have ended, and another process have the block.
  const TrackedProcess* parent = family.process(block.parent);
  if (parent != nullptr && family.memory().process(block.parent).pid.load() !=
                               static_cast<std::uint32_t>(block.parent_pid)) {
    parent = nullptr;
  }
  auto process = std::make_unique<TrackedProcess>();
  process->pid = pid;
  process->family = &family;
  process->block = index;
  process->is_forked = true;
  process->has_untraced = parent != nullptr ? parent->has_untraced : starts_stopped_;
  process->begin_stamp = std::min(block.stamp, clock_.now());
  Process row;
  row.pid = process->pid != 0 ? process->pid : static_cast<std::int32_t>(block.pid.load());
  row.parent_pid = parent != nullptr ? parent->pid : block.parent_pid;
  row.origin = Origin::kFork;
  row.command = family.command;
  process->program = program_of(row.command);
  process->row = rows_.begin(std::move(row), process->begin_stamp);
  TrackedProcess& tracked = track(std::move(process));
  if (tracked.pid != 0) return watcher_->watch(tracked.pid);
  mark_ended(tracked, clock_.now());
}

TrackedProcess* ProcessTree::process_of(ImageFamily& family, std::uint32_t block) {
  if (block >= wire::kMaxProcesses) return nullptr;
  if (family.process(block) == nullptr) fork_found(family, block);
  return family.process(block);
}

// Nothing is stamped any more. What its threads were in the midst of need not be waited for.
void ProcessTree::mark_ended(TrackedProcess& process, std::uint64_t stamp) {
  if (process.end_stamp.has_value()) return;
  process.end_stamp = stamp;
  const auto here = by_pid_.find(process.pid);
  if (here != by_pid_.end() && here->second == &process) by_pid_.erase(here);
  give_up_pending(process.family->memory(), process.block);
  rows_.end(process.row, stamp);
}

void ProcessTree::ended(const Occurrence& occurrence) {
  find_forked();
  if (occurrence.status.has_value()) {
    rows_.set_status(occurrence.pid, occurrence.stamp, *occurrence.status);
    execs_.set_status(occurrence.pid, *occurrence.status);
  }
  const auto process = by_pid_.find(occurrence.pid);
  if (process != by_pid_.end()) mark_ended(*process->second, occurrence.stamp);
  execs_.ended(occurrence.pid, occurrence.stamp);
}

void ProcessTree::settle_execs(std::uint64_t drained_until, std::uint64_t certain_before) {
  execs_.settle(drained_until, certain_before, [&](std::int32_t pid, std::uint64_t stamp) {
    const auto self = by_pid_.find(pid);
    if (self != by_pid_.end() && self->second->begin_stamp < stamp) {
      mark_ended(*self->second, stamp);
    }
  });
}

void ProcessTree::note(const TrackedProcess& from, const PendingNote& note, std::uint64_t stamp) {
  const wire::ProcessBlock& block = from.family->memory().process(from.block);
  const std::int32_t pid = visible_pid(note.pid, block.pid_namespace);
  if (pid <= 0) return;
  switch (note.kind) {
    case wire::NoteKind::kEnded:
      rows_.set_status(pid, stamp, static_cast<int>(note.value));
      return execs_.set_status(pid, static_cast<int>(note.value));
    case wire::NoteKind::kExecUnrecorded:
      return announce_exec(from, pid, note, stamp);
    case wire::NoteKind::kExecFailed:
      return execs_.failed(pid);
    case wire::NoteKind::kStackDiffers:
    case wire::NoteKind::kMark:
    case wire::NoteKind::kAsk:
    case wire::NoteKind::kTracing:
    case wire::NoteKind::kResetPeak:
    case wire::NoteKind::kClear:
    case wire::NoteKind::kExit:
    case wire::NoteKind::kDomain:
      return;  // say nothing of a process
  }
}

void ProcessTree::announce_exec(const TrackedProcess& from, std::int32_t pid,
                                const PendingNote& note, std::uint64_t stamp) {
  AnnouncedExecs::Exec exec;
  exec.path = note.text;
  exec.reason = wire::reason_text(static_cast<wire::Recordability>(note.value));
  exec.stamp = stamp;
  exec.parent = from.pid;
  if (pid == from.pid) {
    exec.parent = table_.row(from.row).parent_pid;
    exec.previous = rows_.individual(from.row);
  } else if (const std::int32_t parent = parent_pid(pid); parent != 0 && parent != from.pid) {
    return;  // neither a child that was spawned, nor gone already
  }
  execs_.announce(pid, std::move(exec));
  // Its end may have been noticed before these last words of it were read.
  if (!by_pid_.contains(pid)) watcher_->watch(pid);
}

void ProcessTree::finish_ended(std::uint64_t drained_until) {
  const auto is_done = [&](const std::unique_ptr<TrackedProcess>& process) {
    return process->end_stamp.has_value() && *process->end_stamp < drained_until;
  };
  for (std::size_t i = 0; i < processes_.size() && processes_.size() > 1;) {
    if (!is_done(processes_[i])) {
      ++i;
      continue;
    }
    const std::unique_ptr<TrackedProcess> process = std::move(processes_[i]);
    processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(i));
    finish(*process);
  }
  release_families();
}

// Those that are empty. A process that was forked as its parent ended may not have come yet.
void ProcessTree::release_families() {
  for (auto place = families_.begin(); place != families_.end();) {
    ImageFamily& family = *place->second;
    if (family.is_empty() && !family.memory().is_held()) find_forked(family);
    if (!family.is_empty() || family.memory().is_held()) {
      ++place;
      continue;
    }
    merger_.remove(family.number());
    place = families_.erase(place);
  }
}

void ProcessTree::finish() {
  settle_execs(clock_.now(), clock_.now());
  for (const auto& process : processes_) {
    if (!process->end_stamp.has_value()) mark_ended(*process, clock_.now());
    finish(*process);
  }
  processes_.clear();
  const std::uint64_t now = clock_.now();
  for (const std::int32_t pid : execs_.running()) execs_.ended(pid, now);
  settle_execs(clock_.now(), clock_.now());
}

void ProcessTree::finish(TrackedProcess& process) {
  const wire::ProcessBlock& block = process.family->memory().process(process.block);
  ended_counts_.add(block);
  Process& row = table_.change(process.row);
  add_amounts(process.tally, row);
  row.end = std::max(row.end, clock_.since_start(*process.end_stamp));
  events_->end_process(process);
  // It was answered, but made nothing of it.
  if (!process.is_forked && block.ready.load(std::memory_order_relaxed) == 0) {
    row.not_recorded = "the shim did not start in it (is libunwind.so.8 missing there?)";
    ++unrecorded_count_;
  }
  if (table_.is_individual(process.row)) {
    if (index_of(process.row) >= peak_numbers_.size()) {
      peak_numbers_.resize(index_of(process.row) + 1);
    }
    peak_numbers_[index_of(process.row)] = process.tally.peak_number;
    // What it said itself, unless somebody saw better. An image that was replaced has no end.
    const std::uint32_t exit = block.exit.load(std::memory_order_relaxed);
    if (row.exit_status == kUnknownExit && (exit & wire::ProcessBlock::kExits) != 0) {
      row.exit_status = static_cast<int>(exit & 0xff);
    }
  }
  process.family->set_process(process.block, nullptr);
  release(process.family->memory(), process.block);
}

void ProcessTree::free_dead_claims() {
  for (const auto& [number, family] : families_) heaptally::free_dead_claims(*family);
}

std::vector<std::int32_t> ProcessTree::running() const {
  std::vector<std::int32_t> pids;
  for (const auto& [pid, process] : by_pid_) pids.push_back(pid);
  for (const std::int32_t pid : execs_.running()) {
    if (!by_pid_.contains(pid)) pids.push_back(pid);
  }
  std::sort(pids.begin(), pids.end());
  return pids;
}

bool ProcessTree::is_over(std::uint64_t drained_until, bool follows_forks) {
  const auto is_done = [&](const auto& process) {
    return process->end_stamp.has_value() && *process->end_stamp < drained_until;
  };
  if (!execs_.is_empty() || !std::ranges::all_of(processes_, is_done)) {
    return false;
  }
  if (!follows_forks) return true;
  for (const auto& [number, family] : families_) {
    if (family->memory().is_held()) return false;
    // One that has come and ended meanwhile, or was killed before it said so.
    find_forked(*family);
  }
  return std::ranges::all_of(processes_, is_done);
}

ShimCounts ProcessTree::counts() const {
  ShimCounts counts = ended_counts_;
  for (const auto& process : processes_) {
    counts.add(process->family->memory().process(process->block));
  }
  return counts;
}

std::string ProcessTree::why_not_recorded(std::int32_t pid) const {
  const std::optional<ProcessId> row = rows_.latest(pid);
  return row.has_value() ? table_.row(*row).not_recorded : "";
}

std::optional<std::uint64_t> ProcessTree::peak_number(ProcessId row) const {
  if (!table_.is_individual(row)) return std::nullopt;
  if (index_of(row) >= peak_numbers_.size()) return std::nullopt;
  return peak_numbers_[index_of(row)];
}

std::map<ProcessId, Process> ProcessTree::rows_now() const {
  const Nanoseconds now = clock_.elapsed();
  std::map<ProcessId, Process> rows;
  for (const auto& process : processes_) {
    // Several may be folded into one row.
    Process& row = rows.try_emplace(process->row, table_.row(process->row)).first->second;
    add_amounts(process->tally, row);
    if (!process->end_stamp.has_value()) row.end = std::max(row.end, now);
  }
  return rows;
}

std::optional<std::uint64_t> ProcessTree::peak_number_now(ProcessId row) const {
  if (table_.is_individual(row)) {
    for (const auto& process : processes_) {
      if (process->row == row) return process->tally.peak_number;
    }
  }
  return peak_number(row);
}

ProcessId ProcessTree::row_of(std::int32_t pid) const {
  const auto process = by_pid_.find(pid);
  return process == by_pid_.end() ? ProcessId{0} : process->second->row;
}

}  // namespace heaptally
