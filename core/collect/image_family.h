// ImageFamily: an executed program, and the processes forked from it, which share its memory.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/types.h"
#include "core/collect/shared_memory.h"
#include "core/collect/trace_store.h"
#include "core/collect/tracked_process.h"

namespace heaptally {

// Purpose: translates what the shared memory says (node indexes, module records, lanes, process
//   blocks) into ids of the recording. Threads: one at a time.
class ImageFamily {
 public:
  ImageFamily(std::uint32_t number, std::unique_ptr<SharedMemory> memory)
      : number_(number), memory_(std::move(memory)) {}

  std::uint32_t number() const { return number_; }
  SharedMemory& memory() { return *memory_; }

  // By process block; null where none is tracked.
  TrackedProcess* process(std::uint32_t block) const {
    return block < processes_.size() ? processes_[block] : nullptr;
  }
  void set_process(std::uint32_t block, TrackedProcess* process);
  bool is_empty() const { return count_ == 0; }
  const std::vector<TrackedProcess*>& processes() const { return processes_; }

  // Stays where it is.
  LaneState& lane(std::uint32_t index) {
    if (index >= lanes_.size()) lanes_.resize(index + 1);
    return lanes_[index];
  }
  std::deque<LaneState>& lanes() { return lanes_; }

  std::string command;            // of the program
  std::uint64_t begin_stamp = 0;  // of its exec
  // How often a process block was claimed, as far as all of them were looked at.
  std::uint32_t claims_seen = 0;

  // The recording's id of a trace of process `pid`; kRootTrace with `is_sound` false where the
  // table is damaged.
  TraceId trace_of(wire::TraceIndex index, std::int32_t pid, TraceStore& store, bool& is_sound);
  // The other way round: the latest node that stands for a trace; 0 if there is none. Takes a
  // look at each node.
  wire::TraceIndex node_of(TraceId trace) const;

  // Modules that a process mapped and the recording did not know, since the last call.
  struct NewModule {
    ModuleId id;
    std::string path;
    std::string build_id;
    std::int32_t pid;  // of a process that had it mapped
    bool is_executable;
  };
  bool has_new_modules() const { return !new_modules_.empty(); }
  std::vector<NewModule> take_new_modules() { return std::exchange(new_modules_, {}); }

 private:
  struct KnownModule {
    bool is_known = false;
    ModuleId id = kNoModule;
    std::uint64_t bias = 0;
  };

  const KnownModule& module_of(std::uint32_t record, std::int32_t pid, TraceStore& store);
  FrameId frame_of(wire::FrameKey key, std::int32_t pid, TraceStore& store);
  static std::string full_path(const SharedMemory::Module& module, std::int32_t pid);

  std::uint32_t number_;
  std::unique_ptr<SharedMemory> memory_;
  std::vector<TrackedProcess*> processes_;  // by block
  std::size_t count_ = 0;                   // of them that are tracked
  std::deque<LaneState> lanes_;
  std::vector<KnownModule> modules_;    // by record
  std::vector<std::uint32_t> traces_;   // by node; kUnknown until it was asked for
  std::vector<wire::TraceIndex> path_;  // scratch
  std::vector<NewModule> new_modules_;
};

}  // namespace heaptally
