// ProcessTree: which processes are recorded, from their beginning to their end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/collect/announced_execs.h"
#include "core/collect/event_tally.h"
#include "core/collect/image_family.h"
#include "core/collect/process_rows.h"
#include "core/collect/process_table.h"
#include "core/collect/ring_merger.h"
#include "core/collect/shim_counts.h"
#include "core/collect/tick_clock.h"
#include "core/collect/watcher.h"
#include "core/recording/model.h"

namespace heaptally {

// Purpose: keeps the table of processes: images arrive by handshake, forked children by the
//   process blocks they claim, unrecorded ones by the notes of those who execute them. A process
//   stays until all that it stamped before its end was tallied; then its live blocks are its
//   leaks, and its lanes and its block are free again.
// Threads: one at a time, the collector's.
class ProcessTree : public ProcessEvents {
 public:
  ProcessTree(const TickClock& clock, RingMerger& merger, ProcessTable& table)
      : clock_(clock), merger_(merger), table_(table) {}
  // Both come later, for they need this.
  void connect(Watcher& watcher, EventTally& events) {
    watcher_ = &watcher;
    events_ = &events;
  }

  void image_arrived(Occurrence& occurrence);
  void not_followed(const Occurrence& occurrence);
  void ended(const Occurrence& occurrence);

  // Finds the processes that were forked since the last call.
  void find_forked();
  // See AnnouncedExecs::settle.
  void settle_execs(std::uint64_t drained_until, std::uint64_t certain_before);
  // Now and then: gives back the blocks of those that died in claiming them.
  void free_dead_claims();
  // Ends the processes all of whose events were applied: those that ended before `drained_until`.
  // The last one of all stays until finish().
  void finish_ended(std::uint64_t drained_until);
  // Ends those that are left: ended or not, no more is recorded of them.
  void finish();

  TrackedProcess* process_of(ImageFamily& family, std::uint32_t block) override;
  void note(const TrackedProcess& from, const PendingNote& note, std::uint64_t stamp) override;

  ImageFamily& family(std::uint32_t source) override { return *families_.at(source); }
  const std::map<std::uint32_t, std::unique_ptr<ImageFamily>>& families() const {
    return families_;
  }

  // The PIDs of processes that have not ended, recorded or not.
  std::vector<std::int32_t> running() const;
  // Nothing is left to be recorded: all have ended before `drained_until`, and nobody is left who
  // could still come.
  bool is_over(std::uint64_t drained_until, bool follows_forks);
  // The first image has come.
  bool has_begun() const { return table_.images() != 0; }
  std::uint64_t unrecorded() const { return unrecorded_count_ + execs_.count(); }

  // With those of the processes that run.
  ShimCounts counts() const;
  // Of the last image of a process; empty if it was recorded, or nothing is known of it.
  std::string why_not_recorded(std::int32_t pid) const;
  std::optional<std::uint64_t> peak_number(ProcessId row) const;

  // Programs begin without recording anything.
  void begin_stopped() { starts_stopped_ = true; }
  // As of this moment: the rows of images that run, as if they ended now, and the number of the
  // peak of an image that runs or has ended.
  std::map<ProcessId, Process> rows_now() const;
  std::optional<std::uint64_t> peak_number_now(ProcessId row) const;
  // Calls visit(process) for each that runs, or has events that are not tallied yet.
  template <class Visit>
  void for_each_process(Visit visit) const {
    for (const auto& process : processes_) visit(*process);
  }
  // Of the image that a process runs; the first one of all if it is not recorded.
  ProcessId row_of(std::int32_t pid) const;

 private:
  Process row_of(const Occurrence& occurrence);
  void find_forked(ImageFamily& family);
  bool may_be_recorded(std::int32_t pid) const;
  void fork_found(ImageFamily& family, std::uint32_t block);
  TrackedProcess& track(std::unique_ptr<TrackedProcess> process);
  void announce_exec(const TrackedProcess& from, std::int32_t pid, const PendingNote& note,
                     std::uint64_t stamp);
  void mark_ended(TrackedProcess& process, std::uint64_t stamp);
  void finish(TrackedProcess& process);
  void release_families();

  const TickClock& clock_;
  RingMerger& merger_;
  ProcessTable& table_;
  ProcessRows rows_{clock_, table_};
  AnnouncedExecs execs_{rows_};
  Watcher* watcher_ = nullptr;
  EventTally* events_ = nullptr;

  std::map<std::uint32_t, std::unique_ptr<ImageFamily>> families_;  // by number
  std::uint32_t next_family_ = 0;
  std::uint32_t next_process_ = 0;
  std::vector<std::unique_ptr<TrackedProcess>> processes_;
  std::unordered_map<std::int32_t, TrackedProcess*> by_pid_;  // those that have not ended
  std::vector<std::uint64_t> peak_numbers_;                   // by row, of those that have ended
  std::uint64_t unrecorded_count_ = 0;                        // that asked, and were not followed
  ShimCounts ended_counts_;
  bool starts_stopped_ = false;
};

}  // namespace heaptally
