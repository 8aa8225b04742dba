// TraceStore: modules, frames and traces of the whole recording, each once.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/id_map.h"
#include "core/base/types.h"
#include "core/recording/model.h"

namespace heaptally {

// Purpose: gives ids; what many process images of one program have in common is stored once.
// Invariants: ids are dense; parents come before children. Module 0 and trace 0 exist from
//   the start. Threads: one at a time.
class TraceStore {
 public:
  TraceStore();

  // The module with this path and build-id; `is_new` tells whether it was added.
  ModuleId module(const std::string& path, const std::string& build_id, bool& is_new);
  FrameId frame(ModuleId module, std::uint64_t address, FrameKind kind);
  TraceId trace(TraceId parent, FrameId frame);

  // What was added since the last call.
  std::vector<Module> take_new_modules() { return take(modules_, modules_taken_); }
  std::vector<Frame> take_new_frames() { return take(frames_, frames_taken_); }
  std::vector<Trace> take_new_traces() { return take(traces_, traces_taken_); }

 private:
  template <class T>
  static std::vector<T> take(const std::vector<T>& all, std::size_t& taken) {
    std::vector<T> fresh(all.begin() + static_cast<std::ptrdiff_t>(taken), all.end());
    taken = all.size();
    return fresh;
  }

  std::unordered_map<std::string, ModuleId> module_ids_;  // by path and build-id
  IdMap frame_ids_;                                       // by address, module and kind
  IdMap trace_ids_;                                       // by parent and frame
  std::vector<Module> modules_;
  std::vector<Frame> frames_;
  std::vector<Trace> traces_;
  std::size_t modules_taken_ = 0, frames_taken_ = 0, traces_taken_ = 0;
};

}  // namespace heaptally
