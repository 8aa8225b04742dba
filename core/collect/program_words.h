// ProgramWords: what programs say and ask through heaptally.h while they are recorded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/collect/process_tree.h"
#include "core/collect/recording_store.h"
#include "core/collect/tallies.h"
#include "core/collect/tracked_process.h"

namespace heaptally {

// Purpose: carries out what a process says (start, stop, ...) at the moment it says it, in order
//   with its events, and answers what it asks. What stands in a note may be anything: the answer of
//   a hostile program goes wrong, and nothing else.
// Owner: the collector. Threads: one at a time.
class ProgramWords {
 public:
  // What others have to do.
  struct Others {
    // A mark of this moment.
    std::function<void(const TrackedProcess&, const std::string& name)> mark;
    // A copy of the recording as of this moment, with the ticket. False: it cannot be made.
    std::function<bool(int file, std::uint64_t ticket)> copy;
  };

  ProgramWords(Tallies& tallies, ProcessTree& tree, Others others)
      : tallies_(tallies), tree_(tree), others_(std::move(others)) {}

  // After all events before it.
  void take(TrackedProcess& process, std::uint32_t lane, const PendingNote& note);
  // Copies that were made.
  void copied(const std::vector<CopyDone>& done);
  // No copy that was ordered will be made.
  void give_up_copies();
  // Copies that are waited for at one time; each keeps its ending in memory.
  static constexpr std::size_t kMostOpen = 16;
  // Somebody waits for a copy.
  bool has_open_copies() const { return !open_.empty(); }

 private:
  // Who asked.
  struct Asker {
    std::uint32_t family = 0;
    std::uint32_t lane = 0;
    std::uint32_t question = 0;
  };

  void answer(TrackedProcess& process, const Asker& asker, const PendingNote& note);
  void answer_traceback(const TrackedProcess& process, const Asker& asker, std::uint64_t address);
  void begin_copy(const TrackedProcess& process, const Asker& asker, std::uint64_t descriptor);
  void answer(const Asker& asker, std::int32_t problem, std::uint64_t first = 0,
              std::uint64_t second = 0);
  void clear(TrackedProcess& process);

  Tallies& tallies_;
  ProcessTree& tree_;
  Others others_;
  std::unordered_map<std::uint64_t, Asker> open_;  // by ticket
  std::uint64_t next_ticket_ = 0;
};

}  // namespace heaptally
