// ProcessImage: one program in one process, from its exec to its exit or next exec.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/types.h"
#include "core/collect/shared_memory.h"
#include "core/collect/trace_store.h"

namespace heaptally {

// Purpose: translates what the image's shared memory says (node indexes, module records)
//   into ids of the recording. Threads: one at a time.
class ProcessImage {
 public:
  ProcessImage(ProcessId id, std::int32_t pid, const SharedMemoryOptions& options)
      : id_(id), pid_(pid), memory_(options) {}

  ProcessId id() const { return id_; }
  std::int32_t pid() const { return pid_; }
  SharedMemory& memory() { return memory_; }

  // The recording's id of a trace; kRootTrace with `is_sound` false where the table is damaged.
  TraceId trace_of(wire::TraceIndex index, TraceStore& store, bool& is_sound);

  // Modules that the image mapped and the recording did not know, since the last call.
  struct NewModule {
    ModuleId id;
    std::string path;
    std::string build_id;
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

  const KnownModule& module_of(std::uint32_t record, TraceStore& store);
  FrameId frame_of(wire::FrameKey key, TraceStore& store);
  std::string full_path(const SharedMemory::Module& module) const;

  ProcessId id_;
  std::int32_t pid_;
  SharedMemory memory_;
  std::vector<KnownModule> modules_;    // by record
  std::vector<std::uint32_t> traces_;   // by node; kUnknown until it was asked for
  std::vector<wire::TraceIndex> path_;  // scratch
  std::vector<NewModule> new_modules_;
};

}  // namespace heaptally
