// BatchMaker: what the collector found out since the last batch, put together for the recording.
#pragma once

#include <string>
#include <vector>

#include "core/collect/event_tally.h"
#include "core/collect/process_tree.h"
#include "core/collect/recording_store.h"
#include "core/collect/ring_merger.h"
#include "core/collect/timeline_cutter.h"
#include "core/collect/tree_sampler.h"

namespace heaptally {

// The parts of a recording in progress.
struct RecordingParts {
  const TickClock& clock;
  TraceStore& traces;
  ProcessTable& table;
  TaskTable& tasks;
  Tallies& tallies;
  const DomainTable& domains;
  const RingMerger& merger;
  ProcessTree& tree;
  const EventTally& events;
  TimelineCutter& timeline;
  TreeSampler& sampler;
  EventLogBuffer& log;
};

// What a header has from the start: what was recorded, where and when.
Header header_of_start(const std::vector<std::string>& command, const TickClock& clock);

// Purpose: makes batches in which things refer only to what is in them or in earlier ones, and
//   headers with what was counted so far.
// Owner: the collector; the parts live longer. Threads: one at a time.
class BatchMaker {
 public:
  explicit BatchMaker(const RecordingParts& parts) : parts_(parts) {}

  // Keeps where new modules are to be found. Their families may be gone when the batch is made.
  void collect_sources();
  bool has_new_modules() const;

  // `start`: a header with what has been known from the start.
  Header header_now(const Header& start) const;
  Batch take(Header header);
  // How the recording would end if it did now: beside what is in batches, the next one included.
  RecordingEnding ending(const Header& start) const;

 private:
  struct NewSource {
    ModuleId module{};
    ModuleSource source;
  };

  RecordingParts parts_;
  std::vector<NewSource> sources_;  // of modules that are not in a batch yet
};

}  // namespace heaptally
